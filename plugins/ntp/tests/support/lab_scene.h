// SPDX-License-Identifier: GPL-2.0-or-later
// A chronyd of an engine in the lab's router, with the spec of a manifest, what its reports say and what it has logged.
#pragma once

#include "declared.h"
#include "lab.h"

namespace fos1::ntp::test {

struct Scene : Declared {
    QStringList logged;

    Scene() {
        QObject::connect(&engine, &ChronyEngine::logged, &m_listens, [this](const QString& line) { logged += line; });
    }
    /// What a report of chronyc(1) says beside a label; empty when it does not have it.
    [[nodiscard]] QByteArray shown(const char* report, const QByteArray& label) const {
        const QByteArrayList lines = chronyc({QLatin1String(report)}).split('\n');
        for (const QByteArray& line : lines)
            if (line.startsWith(label)) return line.mid(line.indexOf(':') + 1).trimmed();
        return {};
    }
    [[nodiscard]] int answers() const { return shown("ntpdata", "Total valid RX").toInt(); }
    [[nodiscard]] int samples() const { return field("sourcestats", 1).toInt(); }
    [[nodiscard]] bool hasLogged(const QByteArray& words) const {
        return !logged.filter(QString::fromUtf8(words)).isEmpty();
    }

   private:
    QObject m_listens;  ///< the engine logs its end when the lines are gone
};

/// Engines that are made from now on start their chronyd in namespace `ns`, with a clock that is `shift` ahead.
inline bool startChronydIn(const lab::Lab& lab, const char* ns, std::chrono::seconds shift = {}) {
    static const QByteArray kReal = chronydPath().toUtf8();
    const QByteArray ahead = shift.count() == 0
                                 ? QByteArray()
                                 : " env CLOCK_SHIFT=" + QByteArray::number(static_cast<qint64>(shift.count())) +
                                       " LD_PRELOAD=" + QCoreApplication::applicationDirPath().toUtf8() +
                                       "/libfos1_clock_shift.so";
    const QString script = lab.path(QStringLiteral("chronyd%1").arg(shift.count()));
    const bool isWritten =
        lab::writeFile(script, "#!/bin/sh\nexec " + lab.enter(QLatin1String(ns)).join(u' ').toUtf8() + ahead + ' ' +
                                   kReal + " \"$@\"\n");
    QFile::setPermissions(script, QFile::Permissions(0x7055));
    return isWritten && qputenv("FOS1_TEST_CHRONYD", script.toUtf8());
}

}  // namespace fos1::ntp::test
