// SPDX-License-Identifier: GPL-2.0-or-later
// The paths of the source tree and the build tree of a test. Only tree.cpp contains them, so that the compiler cache
// serves every other object of a clone in another directory.
#pragma once

#include <QString>

namespace fos1::tree {

/// A file of the source tree by its relative path; the tree itself when `relative` is empty. Absolute.
QString sourceFile(const QString& relative = {});
/// A file of the build tree, which has the layout of an installation: "bin/fos1ctl". Absolute.
QString builtFile(const QString& relative = {});
/// The directory of the plugins of this tree. Absolute.
QString pluginDirectory();
/// The shared object of a plugin of this tree by its name, such as "ntp". Absolute.
QString builtPlugin(const QString& name);

}  // namespace fos1::tree
