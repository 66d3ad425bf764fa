// SPDX-License-Identifier: GPL-2.0-or-later
// A real chronyd on the loopback that serves this machine's clock as a stratum 1 server, for tests to follow.
#pragma once

#include <QProcess>

#include "chrony/run_as.h"
#include "test_tree.h"

namespace fos1::ntp::test {

class Upstream {
   public:
    explicit Upstream(const TestTree& tree, const QString& name = QStringLiteral("upstream"),
                      const QByteArray& more = "local stratum 1\n")
        : m_port(freeUdpPort()), m_directory(tree.directory(name)), m_user(resolveRunAs(chronydUser())) {
        if (!m_user || !prepareDirectory(m_directory, *m_user)) return;
        m_config = tree.write(name + QStringLiteral(".conf"),
                              more + "allow 127.0.0.0/8\nport " + QByteArray::number(m_port) +
                                  "\ncmdport 0\nbindcmdaddress " + socket().toUtf8() + "\npidfile " +
                                  m_directory.toUtf8() + "/chronyd.pid\ndumpdir " + m_directory.toUtf8() + "\n");
    }
    ~Upstream() { stop(); }
    Upstream(const Upstream&) = delete;
    Upstream& operator=(const Upstream&) = delete;

    /// Blocks until chronyd has its sockets, which is when it has written its first log lines and the socket exists.
    [[nodiscard]] bool start(const QStringList& more = {}) {
        if (!m_user) return false;
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(chronydPath(),
                        QStringList{QStringLiteral("-d"), QStringLiteral("-x"), QStringLiteral("-f"), m_config} +
                            m_user->arguments + more);
        return m_process.waitForStarted() &&
               QTest::qWaitFor([this] { return QFile::exists(socket()) || !isRunning(); }, 5000) && isRunning();
    }
    void stop() {
        if (!isRunning()) return;
        m_process.terminate();
        m_process.waitForFinished(5000);
    }

    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString socket() const { return m_directory + QStringLiteral("/chronyd.sock"); }
    [[nodiscard]] QByteArray log() { return m_process.readAll(); }

   private:
    quint16 m_port;
    QString m_directory;
    Result<RunAs> m_user;
    QString m_config;
    QProcess m_process;
};

}  // namespace fos1::ntp::test
