// SPDX-License-Identifier: GPL-2.0-or-later
#include "files/reload_command.h"

#include <chrono>
#include <utility>

namespace fos1::dns {

namespace {

constexpr std::chrono::seconds kReloadPatience{10};
constexpr qint64 kMostWords = 300;

}  // namespace

ReloadCommand::ReloadCommand(QStringList words) : m_words(std::move(words)) {
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        m_process.kill();
        end(QStringLiteral("%1 has not ended within %2 s").arg(m_words.constFirst()).arg(kReloadPatience.count()));
    });
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardInputFile(QProcess::nullDevice());
    connect(
        &m_process, &QProcess::errorOccurred, this,
        [this](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                end(QStringLiteral("%1 cannot be started: %2").arg(m_words.constFirst(), m_process.errorString()));
        },
        Qt::QueuedConnection);
    // Its first words are enough; QProcess would keep all of them.
    connect(&m_process, &QProcess::readyRead, this,
            [this] { m_said += m_process.readAll().left(kMostWords - m_said.size()); });
    connect(&m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        if (status == QProcess::NormalExit && code == 0) {
            end({});
            return;
        }
        const QString said = QString::fromUtf8(m_said).simplified();
        end(QStringLiteral("%1 failed (exit code %2): %3").arg(m_words.constFirst()).arg(code).arg(said));
    });
}

ReloadCommand::~ReloadCommand() { m_process.disconnect(this); }

void ReloadCommand::run(std::function<void(const QString&)> done) {
    m_done = std::move(done);
    m_said.clear();
    m_deadline.start(kReloadPatience);
    m_process.start(m_words.constFirst(), m_words.mid(1));
}

void ReloadCommand::end(const QString& problem) {
    m_deadline.stop();
    if (const auto done = std::exchange(m_done, nullptr)) done(problem);
}

}  // namespace fos1::dns
