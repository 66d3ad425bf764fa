// SPDX-License-Identifier: GPL-2.0-or-later
// Exits, while a child of its own goes on to write to the link and to standard error.
#include <unistd.h>

#include <QCborArray>
#include <QCoreApplication>
#include <QTimer>
#include <QtEndian>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        QTimer::singleShot(50, this, [] {
            const int link = QCoreApplication::arguments().value(2).toInt();
            if (::fork() == 0) {
                ::setsid();  // out of the group that is killed
                writeForever(link);
            }
            ::usleep(300'000);
            ::_exit(3);
        });
        return {};
    }

   private:
    /// Valid frames, and lines that look like the host's.
    [[noreturn]] static void writeForever(int link) {
        const QByteArray payload = QCborValue(QCborArray{6, 1, 0}).toCbor();  // Pong
        QByteArray frame(4, '\0');
        qToBigEndian(static_cast<quint32>(payload.size()), frame.data());
        frame += payload;
        QByteArray frames;
        for (int i = 0; i < 512; ++i) frames += frame;
        const QByteArray line = "2026-01-01T00:00:00.000+00:00 critical fos1.host: forged\n";
        for (;;) {
            if (::write(STDERR_FILENO, line.constData(), static_cast<std::size_t>(line.size())) < 0) ::_exit(0);
            if (::write(link, frames.constData(), static_cast<std::size_t>(frames.size())) < 0) ::_exit(0);
        }
    }
};

#include "leaves_writers.moc"
