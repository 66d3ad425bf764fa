// SPDX-License-Identifier: GPL-2.0-or-later
// Real DNS servers on loopback addresses of a namespace of the test's own, and ways to ask them. Must run inside
// runIsolated().
#pragma once

#include <QDir>
#include <QTemporaryDir>
#include <memory>

#include "lab.h"

namespace fos1::dns {

inline const QByteArray kSecret("c2VjcmV0LW9mLXRoZS1sYWItc2VjcmV0LW9mLXRoZQ==");
inline const QByteArray kZoneStart =
    "$TTL 60\n@ SOA ns.lan.test. hostmaster.lan.test. 1 60 60 60 60\n@ NS ns.lan.test.\n";

class RealServer {
   public:
    /// `address`: of 127.0.0.0/8.
    explicit RealServer(QString address) : m_address(std::move(address)) {
        m_dir.setAutoRemove(true);
        QFile::setPermissions(m_dir.path(), QFileDevice::Permissions(0x7755));
        lab::run(QStringLiteral("ip"), {"link", "set", "lo", "up"});
        // named(8) listens only at addresses that an interface has.
        lab::run(QStringLiteral("ip"), {"addr", "add", m_address + "/32", "dev", "lo"});
    }

    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }
    [[nodiscard]] const QString& address() const { return m_address; }
    [[nodiscard]] QByteArray log() const { return m_daemon ? m_daemon->log() : QByteArray(); }
    bool write(const QString& name, const QByteArray& text) const { return lab::writeFile(path(name), text); }

    /// `statements`: of named.conf, after the options.
    void startNamed(const QByteArray& statements, const QStringList& environment = {}) {
        write(QStringLiteral("named.conf"), "options { directory \"" + m_dir.path().toUtf8() + "\"; listen-on { " +
                                                m_address.toUtf8() +
                                                "; }; listen-on-v6 { none; }; recursion no; dnssec-validation no; "
                                                "pid-file \"pid\"; session-keyfile \"session.key\"; "
                                                "managed-keys-directory \".\"; };\ncontrols { };\n" +
                                                statements);
        start(QStringLiteral("named"), {"-g", "-n", "1", "-c", path(QStringLiteral("named.conf"))}, environment);
    }
    /// `config`: without server, database and log.
    void startKnot(const QByteArray& config) {
        QDir().mkpath(path(QStringLiteral("db")));
        write(QStringLiteral("knot.conf"), "server:\n  listen: " + m_address.toUtf8() +
                                               "@53\n  rundir: " + m_dir.path().toUtf8() +
                                               "\ndatabase:\n  storage: " + m_dir.path().toUtf8() +
                                               "/db\nlog:\n  - target: stderr\n    any: info\n" + config);
        start(QStringLiteral("knotd"), {"-c", path(QStringLiteral("knot.conf"))});
    }
    void start(const QString& program, const QStringList& arguments, const QStringList& environment = {}) {
        m_daemon.reset();
        m_daemon = std::make_unique<lab::Daemon>(path(QStringLiteral("log")), program, arguments, environment);
    }
    [[nodiscard]] lab::Daemon& daemon() { return *m_daemon; }

    /// The answer's data, sorted, by dig(1).
    [[nodiscard]] QStringList ask(const QString& name, const QString& type) const {
        const auto dig = lab::run(QStringLiteral("dig"),
                                  {"@" + m_address, "+short", "+norecurse", "+time=1", "+tries=2", name, type});
        QStringList lines = QString::fromLatin1(dig.output).split(u'\n', Qt::SkipEmptyParts);
        lines.removeIf([](const QString& line) { return line.startsWith(u';'); });
        lines.sort();
        return lines;
    }
    [[nodiscard]] bool answers(const QString& zone) const { return !ask(zone, QStringLiteral("SOA")).isEmpty(); }
    [[nodiscard]] QString serial(const QString& zone) const {
        return ask(zone, QStringLiteral("SOA")).value(0).section(u' ', 2, 2);
    }
    /// nsupdate(1) with the key `kSecret` of the name "fos1".
    [[nodiscard]] bool update(const QByteArray& zone, const QByteArray& lines) const {
        write(QStringLiteral("update"), "server " + m_address.toUtf8() + "\nzone " + zone + '\n' + lines + "send\n");
        return lab::run(QStringLiteral("nsupdate"),
                        {"-y", "hmac-sha256:fos1:" + kSecret, path(QStringLiteral("update"))})
                   .exitCode == 0;
    }

   private:
    QString m_address;
    QTemporaryDir m_dir;
    std::unique_ptr<lab::Daemon> m_daemon;
};

}  // namespace fos1::dns
