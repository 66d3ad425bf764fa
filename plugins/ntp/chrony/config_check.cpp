// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/config_check.h"

#include <QFile>

#include "chrony/chronyd_log.h"
#include "chrony/confinement.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::seconds kCheckTimeout{5};

QString refusal(const QByteArray& standardError) {
    ChronydLog log;
    log.feed(standardError);
    log.end();
    const QString words = log.lastError();
    return words.isEmpty() ? QStringLiteral("chronyd refuses the configuration without giving a reason") : words;
}

}  // namespace

ConfigCheck::ConfigCheck(QString chronyd, QObject* parent) : QObject(parent), m_chronyd(std::move(chronyd)) {
    m_timeout.setSingleShot(true);
    m_timeout.setInterval(kCheckTimeout);
    connect(&m_timeout, &QTimer::timeout, this,
            [this] { finish(failure(ErrorCode::Timeout, QStringLiteral("chronyd -p did not exit within 5 s"))); });
}

void ConfigCheck::run(const QString& file, Completion completion) {
    Q_ASSERT(!m_completion);
    m_completion = std::move(completion);
    m_file = file;
    m_timeout.start();
    auto* process = new QProcess(this);
    m_process = process;
    confine(*process);
    process->setStandardInputFile(QProcess::nullDevice());
    process->setStandardOutputFile(QProcess::nullDevice());
    connect(process, &QProcess::finished, this, [this, process](int exitCode, QProcess::ExitStatus status) {
        if (status == QProcess::NormalExit && exitCode == 0)
            finish({});
        else
            finish(failure(ErrorCode::InvalidInput, refusal(process->readAllStandardError())));
    });
    // Queued: start() itself may emit it.
    connect(
        process, &QProcess::errorOccurred, this,
        [this, process](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart && process == m_process)
                finish(failure(ErrorCode::Io,
                               QStringLiteral("%1 cannot be run: %2").arg(m_chronyd, process->errorString())));
        },
        Qt::QueuedConnection);
    process->start(m_chronyd, {QStringLiteral("-p"), QStringLiteral("-f"), file});
}

void ConfigCheck::cancel() {
    m_completion = nullptr;
    m_timeout.stop();
    abandonProcess();
}

void ConfigCheck::finish(const tl::expected<void, Error>& result) {
    m_timeout.stop();
    abandonProcess();
    if (const Completion completion = std::exchange(m_completion, nullptr)) completion(result);
}

/// A QProcess that is deleted while its child runs would wait for it, so it goes when the child has gone.
void ConfigCheck::abandonProcess() {
    QProcess* process = std::exchange(m_process, nullptr);
    if (!process) return;
    QFile::remove(m_file);
    process->disconnect(this);
    if (process->state() == QProcess::NotRunning) {
        process->deleteLater();
        return;
    }
    connect(process, &QProcess::finished, process, &QObject::deleteLater);
    process->kill();
}

}  // namespace fos1::ntp
