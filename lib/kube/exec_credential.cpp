// SPDX-License-Identifier: GPL-2.0-or-later
#include "exec_credential.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcessEnvironment>
#include <utility>

namespace fos1::kube {

namespace {
constexpr qsizetype kMaxOutput = 1 << 20;
constexpr qsizetype kMostComplaint = 500;
}  // namespace

Result<ExecCredential> parseExecCredential(const QByteArray& output, const QString& apiVersion) {
    const QJsonObject object = QJsonDocument::fromJson(output).object();
    // The output may contain a token, so it is not shown.
    if (object.value(QStringLiteral("kind")).toString() != QStringLiteral("ExecCredential"))
        return failure(ErrorCode::Protocol, QStringLiteral("did not print an ExecCredential"));
    if (const QString given = object.value(QStringLiteral("apiVersion")).toString(); given != apiVersion)
        return failure(ErrorCode::Protocol, QStringLiteral("answered in %1; %2 was requested").arg(given, apiVersion));
    const QJsonObject status = object.value(QStringLiteral("status")).toObject();
    ExecCredential credential;
    credential.token = status.value(QStringLiteral("token")).toString();
    credential.certificate = status.value(QStringLiteral("clientCertificateData")).toString().toLatin1();
    credential.key = status.value(QStringLiteral("clientKeyData")).toString().toLatin1();
    credential.expires =
        QDateTime::fromString(status.value(QStringLiteral("expirationTimestamp")).toString(), Qt::ISODateWithMs);
    if (credential.token.isEmpty() && credential.certificate.isEmpty())
        return failure(ErrorCode::Protocol, QStringLiteral("returned neither a token nor a certificate"));
    if (credential.certificate.isEmpty() != credential.key.isEmpty())
        return failure(ErrorCode::Protocol, QStringLiteral("returned a certificate or a key, but not both"));
    return credential;
}

ExecRunner::ExecRunner(const ExecCommand& command, Done done, QObject* parent)
    : QObject(parent), m_command(command), m_done(std::move(done)), m_process(new QProcess(this)) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const auto& [name, value] : command.environment) environment.insert(name, value);
    environment.insert(
        QStringLiteral("KUBERNETES_EXEC_INFO"),
        QString::fromUtf8(
            QJsonDocument(QJsonObject{{QStringLiteral("apiVersion"), command.apiVersion},
                                      {QStringLiteral("kind"), QStringLiteral("ExecCredential")},
                                      {QStringLiteral("spec"), QJsonObject{{QStringLiteral("interactive"), false}}}})
                .toJson(QJsonDocument::Compact)));
    m_process->setProcessEnvironment(environment);
    m_process->setStandardInputFile(QProcess::nullDevice());
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) finish(failure(ErrorCode::Io, m_process->errorString()));
    });
    connect(m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus how) {
        if (how != QProcess::NormalExit || code != 0)
            return finish(failure(ErrorCode::Refused,
                                  QStringLiteral("%1: %2").arg(how == QProcess::NormalExit
                                                                   ? QStringLiteral("exited with code %1").arg(code)
                                                                   : QStringLiteral("was killed by a signal"),
                                                               QString::fromUtf8(m_complaint).simplified())));
        finish(parseExecCredential(m_process->readAllStandardOutput(), m_command.apiVersion));
    });
    connect(m_process, &QProcess::readyReadStandardError, this,
            [this] { m_complaint += m_process->readAllStandardError().left(kMostComplaint - m_complaint.size()); });
    connect(m_process, &QProcess::readyReadStandardOutput, this, [this] {
        if (m_process->bytesAvailable() > kMaxOutput)
            finish(failure(ErrorCode::Protocol, QStringLiteral("printed more than 1 MiB")));
    });
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        finish(failure(ErrorCode::Timeout,
                       QStringLiteral("did not exit within %1 s").arg(m_command.patience.count() / 1000)));
    });
    m_deadline.setSingleShot(true);
    m_deadline.start(m_command.patience);
    m_process->start(command.command, command.arguments);
}

ExecRunner::~ExecRunner() {
    m_process->disconnect(this);
    if (m_process->state() == QProcess::NotRunning) return;
    // The process ends by itself; this object does not wait for it.
    m_process->setParent(nullptr);
    connect(m_process, &QProcess::finished, m_process, &QObject::deleteLater);
    m_process->kill();
}

void ExecRunner::finish(const Result<ExecCredential>& result) {
    m_deadline.stop();
    const Done done = std::exchange(m_done, {});
    if (!done) return;
    if (result) return done(result);
    done(failure(result.error().code, result.error().message, m_command.command));
}

}  // namespace fos1::kube
