// SPDX-License-Identifier: GPL-2.0-or-later
// What yaml-cpp's texts mean to the author of a manifest. Must not know positions or documents.
#pragma once

#include <QString>
#include <string>

namespace fos1::yaml {

/// What is wrong and how to fix it, for a message of yaml-cpp's exceptions.
QString parserWords(const std::string& message);

}  // namespace fos1::yaml
