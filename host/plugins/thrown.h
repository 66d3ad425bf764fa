// SPDX-License-Identifier: GPL-2.0-or-later
// Exceptions that escape from a plugin in this process: their text, and whose they are. Must not know plugins.
#pragma once

#include <QStringList>
#include <exception>

namespace fos1::host {

/// ": " and what a std::exception says, cut to a reasonable length; empty for anything else.
[[nodiscard]] QString textOf(const std::exception_ptr& exception);

/// The shared objects whose functions were on the stack when the exception was thrown, the innermost first, as
/// canonical paths. Empty when it was not the last one thrown in this thread.
[[nodiscard]] QStringList originOf(const std::exception_ptr& exception);

}  // namespace fos1::host
