// SPDX-License-Identifier: GPL-2.0-or-later
// A small network of namespaces for system tests and the demo: upstreams, a router, and VLANs with a client each,
// connected by veth pairs. Must run inside runIsolated().
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
    int exitCode = -1;  ///< -1: did not start or did not exit in time
    QByteArray output;
    QByteArray errors;
};

/// Runs a command and waits for its exit.
CommandResult run(const QString& program, const QStringList& arguments, int timeoutMs = 10'000,
                  const QByteArray& input = {});

/// A long-running process whose output goes to a log file. It is killed with the object.
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
    /// Exit code, or -1 when it did not exit in time.
    int waitForEnd(int timeoutMs);
    [[nodiscard]] QByteArray log() const;

   private:
    QString m_logFile;
    QProcess m_process;
};

/// The answer of an NTP server (RFC 5905, figure 8).
struct TimeAnswer {
    int leap = 0;  ///< 3: not synchronized
    int stratum = 0;
    QByteArray reference;                      ///< dotted quad
    std::chrono::nanoseconds offset{0};        ///< of the server's clock relative to the client's
    std::chrono::nanoseconds roundTrip{0};     ///< without the server's processing time
    std::chrono::nanoseconds rootDistance{0};  ///< root delay / 2 + root dispersion, as the server reports them
};

enum class FirstClient { Unknown, Present, Absent };

/// The namespaces "up", "rt" and "cl": upstream 10.1.0.1 ── 10.1.0.2 router 10.2.0.1 ── 10.2.0.2 client, and the same
/// in IPv6 with fd01::/64 and fd02::/64. The client's link in the router is lan.10; without that client, addVlan(10)
/// creates another.
class Lab {
   public:
    explicit Lab(FirstClient client = FirstClient::Present);
    ~Lab();
    Lab(const Lab&) = delete;
    Lab& operator=(const Lab&) = delete;

    /// Adds an upstream in namespace "up<N>": 10.1.N.1 and fd01:N::1, router 10.1.N.2 and fd01:N::2 on link wan<N>. N
    /// from 2 to 9.
    void addUpstream(int number);

    /// Adds a VLAN with a client of its own in namespace "cl<ID>": router 10.ID.0.1, fdID::1 on link lan.ID, client
    /// 10.ID.0.2 and fdID::2 with the router as its default route. ID from 11 to 99, or 10.
    void addVlan(int id);

    /// Makes the router forward packets, with the first upstream as its default route.
    void forward();

    /// Runs `work` in a thread inside the namespace, and waits until it returns.
    void inside(const QString& ns, const std::function<void()>& work) const;

    /// Empty when the network is set up, otherwise what went wrong.
    [[nodiscard]] QString problem() const { return m_problem; }

    /// A path in a directory that daemons without privileges can access.
    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }

    /// A command prefix that enters the namespace.
    [[nodiscard]] QStringList enter(const QString& ns) const;

    [[nodiscard]] CommandResult runIn(const QString& ns, const QString& program, const QStringList& arguments,
                                      int timeoutMs = 10'000) const;
    [[nodiscard]] std::unique_ptr<Daemon> startIn(const QString& ns, const QString& name, const QString& program,
                                                  const QStringList& arguments,
                                                  const QStringList& environment = {}) const;

    /// Starts chronyd -x in a namespace with `config` and its own command socket at path(NAME/chronyd.sock).
    [[nodiscard]] std::unique_ptr<Daemon> startChronyd(const QString& ns, const QString& name,
                                                       const QByteArray& config) const;

    /// Sends one NTP client request from namespace `ns` to an address. Nothing when no answer arrives within 300 ms.
    [[nodiscard]] std::optional<TimeAnswer> askTime(const QString& ns, const QString& address,
                                                    quint16 port = 123) const;

   private:
    void addNamespace(const QString& ns);
    void address(const QString& ns, const QString& link, const QString& v4, const QString& v6);
    void ip(const QString& ns, const QString& arguments);
    void mustRun(const QString& ns, const QString& program, const QStringList& arguments);
    /// A path that identifies the namespace for other programs; it exists as long as this process.
    [[nodiscard]] QString namespacePath(const QString& ns) const;

    std::map<QString, int> m_namespaces;  ///< file descriptors instead of names in /run, which could be left behind
    QTemporaryDir m_dir;
    QString m_problem;
};

/// Writes a file by atomic rename.
bool writeFile(const QString& path, const QByteArray& text);

/// The processes whose command line contains `text`, except zombies.
QList<qint64> processesWith(const QByteArray& text);

}  // namespace fos1::lab
