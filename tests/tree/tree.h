// SPDX-License-Identifier: GPL-2.0-or-later
// Where the source tree and the build tree of a test are. Only tree.cpp knows the paths, so that every other object of
// a clone in another folder comes out of the compiler's cache.
#pragma once

#include <QString>

namespace fos1::tree {

/// A file of the source tree, by its path there; the tree itself when `relative` is empty. Absolute.
QString sourceFile(const QString& relative = {});
/// A file of the build tree, which is laid out like an installation: "bin/fos1ctl". Absolute.
QString builtFile(const QString& relative = {});
/// The directory of the plugins of this tree. Absolute.
QString pluginDirectory();
/// The shared object of a plugin of this tree: "ntp". Absolute.
QString builtPlugin(const QString& name);

}  // namespace fos1::tree
