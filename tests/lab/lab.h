// SPDX-License-Identifier: GPL-2.0-or-later
// A small network out of namespaces for system tests and the demo: upstreams, a router, and VLANs with a client each,
// joined by veth pairs. Must run inside runIsolated().
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <chrono>
#include <functional>
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
    QByteArray reference;                   ///< dotted quad
    std::chrono::nanoseconds offset{0};     ///< of the server's clock against the client's
    std::chrono::nanoseconds roundTrip{0};  ///< without the server's own time
};

enum class FirstClient { Unknown, Present, Absent };

/// The namespaces "up", "rt" and "cl": upstream 10.1.0.1 ── 10.1.0.2 router 10.2.0.1 ── 10.2.0.2 client; IPv6 fd01::/64
/// and fd02::/64 alike. The client's link in the router is lan.10; without that client, addVlan(10) makes another.
class Lab {
   public:
    explicit Lab(FirstClient client = FirstClient::Present);
    ~Lab();
    Lab(const Lab&) = delete;
    Lab& operator=(const Lab&) = delete;

    /// A further upstream in namespace "up<N>": 10.1.N.1 and fd01:N::1, router 10.1.N.2 and fd01:N::2 on link wan<N>. N
    /// from 2 to 9.
    void addUpstream(int number);

    /// A further VLAN with a client of its own in namespace "cl<ID>": router 10.ID.0.1, fdID::1 on link lan.ID, client
    /// 10.ID.0.2 and fdID::2 with the router as its default route. ID from 11 to 99, or 10.
    void addVlan(int id);

    /// The router forwards, and sends what is for elsewhere to the first upstream.
    void forward();

    /// Runs `work` in a thread that is in the namespace, and waits for its end.
    void inside(const QString& ns, const std::function<void()>& work) const;

    /// Empty when the network stands, else what went wrong.
    [[nodiscard]] QString problem() const { return m_problem; }

    /// A directory that daemons which drop their privileges can reach.
    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }

    /// Words that put a command line into the namespace.
    [[nodiscard]] QStringList enter(const QString& ns) const;

    [[nodiscard]] CommandResult runIn(const QString& ns, const QString& program, const QStringList& arguments,
                                      int timeoutMs = 10'000) const;
    [[nodiscard]] std::unique_ptr<Daemon> startIn(const QString& ns, const QString& name, const QString& program,
                                                  const QStringList& arguments,
                                                  const QStringList& environment = {}) const;

    /// A chronyd -x in a namespace with `config` and a command socket of its own at path(NAME/chronyd.sock).
    [[nodiscard]] std::unique_ptr<Daemon> startChronyd(const QString& ns, const QString& name,
                                                       const QByteArray& config) const;

    /// One NTP client request from namespace `ns` to an address; nothing when no answer came within 300 ms.
    [[nodiscard]] std::optional<TimeAnswer> askTime(const QString& ns, const QString& address,
                                                    quint16 port = 123) const;

   private:
    void addNamespace(const QString& ns);
    void address(const QString& ns, const QString& link, const QString& v4, const QString& v6);
    void ip(const QString& ns, const QString& arguments);
    void mustRun(const QString& ns, const QString& program, const QStringList& arguments);
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
