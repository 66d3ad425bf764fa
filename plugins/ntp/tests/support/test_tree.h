// SPDX-License-Identifier: GPL-2.0-or-later
// A temporary directory that chronyd's user can pass through, and what else a machine must lend a test.
#pragma once

#include <QDir>
#include <QFile>
#include <QHostAddress>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QUdpSocket>

namespace fos1::ntp::test {

class TestTree {
   public:
    TestTree() : m_dir(QStringLiteral("/tmp/fos1ntp-XXXXXX")) {
        QFile::setPermissions(
            m_dir.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeGroup | QFile::ExeOther);
    }

    [[nodiscard]] QString path() const { return m_dir.path(); }

    /// An existing directory below, mode 0755.
    [[nodiscard]] QString directory(const QString& name) const {
        QDir(m_dir.path()).mkpath(name);
        const QString path = m_dir.filePath(name);
        QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ReadGroup |
                                        QFile::ExeGroup | QFile::ReadOther | QFile::ExeOther);
        return path;
    }

    [[nodiscard]] QString write(const QString& name, const QByteArray& content) const {
        QFile file(m_dir.filePath(name));
        if (file.open(QIODevice::WriteOnly)) file.write(content);
        return file.fileName();
    }

   private:
    QTemporaryDir m_dir;
};

/// A UDP port that the kernel has just found free on the loopback.
inline quint16 freeUdpPort() {
    QUdpSocket socket;
    return socket.bind(QHostAddress::LocalHost, 0) ? socket.localPort() : quint16{0};
}

/// The same for TCP.
inline quint16 freeTcpPort() {
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost, 0) ? server.serverPort() : quint16{0};
}

/// For chronyd's user: inside a user namespace of one user there is only root.
inline QString chronydUser() {
    QFile map(QStringLiteral("/proc/self/uid_map"));
    if (!map.open(QIODevice::ReadOnly)) return {};
    const QByteArrayList words = map.readAll().simplified().split(' ');
    const bool onlyRoot = words.size() == 3 && words.at(0) == "0" && words.at(2) == "1";
    return onlyRoot ? QStringLiteral("root") : QString();
}

/// The chronyd under test: FOS1_TEST_CHRONYD names one of another version.
inline QString chronydPath() { return qEnvironmentVariable("FOS1_TEST_CHRONYD", QStringLiteral("/usr/sbin/chronyd")); }

inline QByteArray readAll(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Numbers of the processes with `word` in their command line; a zombie has none.
inline QList<int> processesWith(const QString& word) {
    QList<int> pids;
    for (const QString& name : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        bool isNumber = false;
        const int pid = name.toInt(&isNumber);
        if (isNumber && readAll(QStringLiteral("/proc/%1/cmdline").arg(pid)).contains(word.toUtf8())) pids.append(pid);
    }
    return pids;
}

}  // namespace fos1::ntp::test
