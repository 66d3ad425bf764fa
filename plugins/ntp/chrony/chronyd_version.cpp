// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chronyd_version.h"

#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QTimer>

#include "chrony/confinement.h"

namespace fos1::ntp {

namespace {
constexpr std::chrono::seconds kVersionTimeout{5};
constexpr int kNewestMajor = 4;
constexpr int kNewestMinor = 8;
}  // namespace

Result<ChronyVersion> chronyVersion(const QByteArray& text) {
    static const QRegularExpression kVersion(QStringLiteral(R"(\(chrony\) version (\S+))"));
    static const QRegularExpression kNumbers(QStringLiteral(R"(^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?)"));
    const QString words = QString::fromLatin1(text);
    const QRegularExpressionMatch name = kVersion.match(words);
    if (!name.hasMatch()) return failure(ErrorCode::Protocol, QStringLiteral("does not report its chrony version"));
    if (words.contains(QStringLiteral("-CMDMON")))
        return failure(ErrorCode::Refused,
                       QStringLiteral("was built without its command protocol (-CMDMON), so it cannot be managed"));
    // A development build ("DEVELOPMENT") comes after the newest release that is known here.
    const QRegularExpressionMatch numbers = kNumbers.match(name.captured(1));
    ChronyVersion version{kNewestMajor, kNewestMinor, words.contains(QStringLiteral("+NTS")),
                          words.contains(QStringLiteral("+SECHASH")), name.captured(1)};
    if (numbers.hasMatch()) {
        version.major = numbers.captured(1).toInt();
        version.minor = numbers.captured(2).toInt();
        version.patch = numbers.captured(3).toInt();
    }
    if (!version.isAtLeast(4, 0))
        return failure(
            ErrorCode::Refused,
            QStringLiteral("is chrony %1.%2; 4.0 or later is required").arg(version.major).arg(version.minor));
    return version;
}

void ChronydVersion::ask(Completion completion) {
    const QDateTime modified = QFileInfo(m_chronyd).lastModified();
    if (m_known && modified == m_knownModified) {
        QTimer::singleShot(0, this, [this, call = ++m_call, known = *m_known, completion = std::move(completion)] {
            if (call == m_call) completion(known);
        });
        return;
    }
    auto* process = new QProcess(this);
    confine(*process);
    process->setStandardInputFile(QProcess::nullDevice());
    process->setProcessChannelMode(QProcess::MergedChannels);
    const auto answer = [this, process, modified, call = ++m_call,
                         completion = std::move(completion)](Result<ChronyVersion> result) {
        process->disconnect(this);
        process->connect(process, &QProcess::finished, process, &QObject::deleteLater);
        if (process->state() == QProcess::NotRunning)
            process->deleteLater();
        else
            process->kill();
        if (call != m_call) return;
        if (!result) result.error().path = m_chronyd;
        if (result) m_known = *result;
        m_knownModified = modified;
        completion(result);
    };
    connect(process, &QProcess::finished, this,
            [process, answer](int, QProcess::ExitStatus) { answer(chronyVersion(process->readAll())); });
    // Queued: start() itself may emit it.
    connect(
        process, &QProcess::errorOccurred, this,
        [process, answer](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                answer(failure(ErrorCode::Io, QStringLiteral("cannot be run: %1").arg(process->errorString())));
        },
        Qt::QueuedConnection);
    QTimer::singleShot(kVersionTimeout, process, [answer] {
        answer(failure(ErrorCode::Timeout, QStringLiteral("did not report its version within 5 s")));
    });
    process->start(m_chronyd, {QStringLiteral("--version")});
}

}  // namespace fos1::ntp
