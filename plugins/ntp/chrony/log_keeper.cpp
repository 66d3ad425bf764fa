// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/log_keeper.h"

#include <QDirIterator>
#include <QFile>
#include <cerrno>
#include <cstdio>

#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcLogs, "ntp.logs")

/// chronyd has eight kinds; what else lies in its directory costs no more than this.
constexpr int kMostFiles = 64;

}  // namespace

LogKeeper::LogKeeper(ChronyClient& client, QString directory, qint64 largest, std::chrono::milliseconds interval)
    : m_client(client), m_directory(std::move(directory)), m_largest(largest) {
    m_timer.setInterval(interval);
    connect(&m_timer, &QTimer::timeout, this, &LogKeeper::look);
    m_timer.start();
}

void LogKeeper::look() {
    QDirIterator files(m_directory, {QStringLiteral("*.log")}, QDir::Files | QDir::NoSymLinks);
    for (int seen = 0; files.hasNext() && seen < kMostFiles; ++seen) {
        const QString path = files.next();
        if (files.fileInfo().size() <= m_largest) continue;
        const QString old = path + QStringLiteral(".1");
        if (std::rename(QFile::encodeName(path).constData(), QFile::encodeName(old).constData()) == 0)
            m_isCycleWanted = true;
        else
            qCWarning(lcLogs).noquote() << path << "cannot be renamed:" << qt_error_string(errno);
    }
    if (m_isCycleWanted) cycle();
}

void LogKeeper::cycle() {
    m_client.request(candm::cycleLogsRequest(), this, [this](const Result<candm::Reply>& reply) {
        // Without chronyd there is nobody who writes; the next one begins new files, and answers the next time.
        if (reply) m_isCycleWanted = false;
    });
}

}  // namespace fos1::ntp
