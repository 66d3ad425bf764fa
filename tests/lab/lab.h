// SPDX-License-Identifier: GPL-2.0-or-later
// A small network out of namespaces for system tests: an upstream, a router and a client, joined by veth pairs. Must
// run inside runIsolated().
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <map>
#include <memory>
#include <optional>

namespace fos1::lab {

struct CommandResult {
    int exitCode = -1;  ///< -1: did not start or did not end in time
    QByteArray output;
    QByteArray errors;
};

/// Runs a command to its end.
CommandResult run(const QString& program, const QStringList& arguments, int timeoutMs = 10'000,
                  const QByteArray& input = {});

/// A long-running process whose output goes to a log file; ended with the object.
class Daemon {
   public:
    Daemon(const QString& logFile, const QString& program, const QStringList& arguments,
           const QStringList& environment = {});
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    [[nodiscard]] qint64 pid() const { return m_process.processId(); }
    [[nodiscard]] bool isRunning() const { return m_process.state() == QProcess::Running; }
    void signal(int number) const;
    /// Exit code, or -1 when it did not end in time.
    int waitForEnd(int timeoutMs);
    [[nodiscard]] QByteArray log() const;

   private:
    QString m_logFile;
    QProcess m_process;
};

/// What an NTP server answered (RFC 5905, figure 8).
struct TimeAnswer {
    int leap = 0;  ///< 3: not synchronised
    int stratum = 0;
    QByteArray reference;  ///< dotted quad
};

/// The namespaces "up", "rt" and "cl": upstream 10.1.0.1 ── 10.1.0.2 router 10.2.0.1 ── 10.2.0.2 client; IPv6 fd01::/64
/// and fd02::/64 alike.
class Lab {
   public:
    Lab();
    ~Lab();
    Lab(const Lab&) = delete;
    Lab& operator=(const Lab&) = delete;

    /// Empty when the network stands, else what went wrong.
    [[nodiscard]] QString problem() const { return m_problem; }

    /// A directory that daemons which drop their privileges can reach.
    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }

    [[nodiscard]] CommandResult runIn(const QString& ns, const QString& program, const QStringList& arguments,
                                      int timeoutMs = 10'000) const;
    [[nodiscard]] std::unique_ptr<Daemon> startIn(const QString& ns, const QString& name, const QString& program,
                                                  const QStringList& arguments,
                                                  const QStringList& environment = {}) const;

    /// A chronyd -x in a namespace with `config` and a command socket of its own at path(NAME/chronyd.sock).
    [[nodiscard]] std::unique_ptr<Daemon> startChronyd(const QString& ns, const QString& name,
                                                       const QByteArray& config) const;

    /// One NTP client request from namespace `ns` to an IPv4 address; nothing when no answer came within 200 ms.
    [[nodiscard]] std::optional<TimeAnswer> askTime(const QString& ns, const QString& address,
                                                    quint16 port = 123) const;

   private:
    void addNamespace(const QString& ns);
    void ip(const QString& ns, const QString& arguments);
    /// A path that names the namespace for other programs; it exists as long as this process.
    [[nodiscard]] QString namespacePath(const QString& ns) const;

    std::map<QString, int> m_namespaces;  ///< file descriptors: no name in /run that could stay behind
    QTemporaryDir m_dir;
    QString m_problem;
};

/// Writes a file by atomic rename.
bool writeFile(const QString& path, const QByteArray& text);

/// The processes whose command line holds `text`, zombies left out.
QList<qint64> processesWith(const QByteArray& text);

}  // namespace fos1::lab
