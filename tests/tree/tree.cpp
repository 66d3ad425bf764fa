// SPDX-License-Identifier: GPL-2.0-or-later
#include "tree.h"

namespace fos1::tree {

QString sourceFile(const QString& relative) {
    return relative.isEmpty() ? QStringLiteral(FOS1_SOURCE_DIR) : QStringLiteral(FOS1_SOURCE_DIR "/") + relative;
}

QString builtFile(const QString& relative) {
    return relative.isEmpty() ? QStringLiteral(FOS1_BINARY_DIR) : QStringLiteral(FOS1_BINARY_DIR "/") + relative;
}

QString pluginDirectory() { return builtFile(QStringLiteral(FOS1_PLUGIN_DIR)); }

QString builtPlugin(const QString& name) { return pluginDirectory() + QStringLiteral("/%1.so").arg(name); }

}  // namespace fos1::tree
