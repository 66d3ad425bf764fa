// SPDX-License-Identifier: GPL-2.0-or-later
// host.yaml.
#include "host_config.h"

#include <QDir>

#include "fuzz.h"

namespace fos1::fuzz {

void runOne(const QByteArray& input) {
    const auto config = host::parseHostConfig(input, QStringLiteral("/etc/fos1/host.yaml"));
    if (!config) {
        FUZZ_CLAIM(!config.error().empty());
        for (const Error& error : config.error()) FUZZ_CLAIM(saysWhy(error));
        return;
    }
    for (const QString& path : {config->stateDir, config->runtimeDir, config->crdDir, config->controlSocket})
        FUZZ_CLAIM(QDir::isAbsolutePath(path));
    for (const QString& path : config->pluginDirs) FUZZ_CLAIM(QDir::isAbsolutePath(path));
}

}  // namespace fos1::fuzz
