// SPDX-License-Identifier: GPL-2.0-or-later
// Reports what it can access.
#include <grp.h>
#include <unistd.h>

#include <QDir>
#include <QFile>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        QFile status("/proc/self/status");
        QString text;
        if (status.open(QIODevice::ReadOnly)) text = QString::fromLatin1(status.readAll());
        const auto line = [&](const char* name) {
            const qsizetype at = text.indexOf(QLatin1String(name));
            return text.mid(at, text.indexOf(u'\n', at) - at).simplified();
        };
        const auto canRead = [](const char* path) { return QFile(path).open(QIODevice::ReadOnly) ? "yes" : "no"; };
        const auto canWrite = [](const QString& path) { return QFile(path).open(QIODevice::WriteOnly) ? "yes" : "no"; };
        QStringList facts{line("Uid:"), line("CapEff:"), line("CapBnd:"), line("NoNewPrivs:"), line("Seccomp:")};
        facts << QString("groups=%1").arg(::getgroups(0, nullptr)) << QString("passwd=%1").arg(canRead("/etc/passwd"))
              << QString("uptime=%1").arg(canRead("/proc/uptime"))
              << QString("granted=%1").arg(canRead("/proc/version"))
              << QString("tmp=%1").arg(canWrite("/tmp/fos1-snoops"))
              << QString("state=%1").arg(canWrite(host->stateDirectory() + "/mine"))
              << QString("environment=%1").arg(qEnvironmentVariable("FOS1_SECRET", "clean"));
        report(facts.join(u'|'));
        return {};
    }
};

#include "snoops.moc"
