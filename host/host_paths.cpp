// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_paths.h"

#include <unistd.h>

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace fos1::host {

namespace {

QString stateHome() {
    if (geteuid() == 0) return QStringLiteral("/var/lib");
    const QString xdg = qEnvironmentVariable("XDG_STATE_HOME");
    return xdg.isEmpty() ? QDir::homePath() + QStringLiteral("/.local/state") : xdg;
}

QString runtimeHome() {
    if (geteuid() == 0) return QStringLiteral("/run");
    return qEnvironmentVariable("XDG_RUNTIME_DIR", QStringLiteral("/tmp"));
}

}  // namespace

QString expandPath(const QString& path, const QString& base) {
    QString expanded;
    for (qsizetype i = 0; i < path.size(); ++i) {
        if (path[i] != u'%') {
            expanded += path[i];
            continue;
        }
        const QChar specifier = ++i < path.size() ? path[i] : QChar();
        if (specifier == u'S')
            expanded += stateHome();
        else if (specifier == u't')
            expanded += runtimeHome();
        else if (specifier == u'%')
            expanded += u'%';
        else
            return {};
    }
    return expanded.isEmpty() ? expanded : QDir::cleanPath(QDir(base).absoluteFilePath(expanded));
}

QString installedPath(const QString& relative) {
    return QDir::cleanPath(QCoreApplication::applicationDirPath() + QStringLiteral("/../") + relative);
}

}  // namespace fos1::host
