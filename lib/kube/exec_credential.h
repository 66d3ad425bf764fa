// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a credential plugin (kubernetes.io/docs/reference/config-api/client-authentication.v1) and reads its output.
#pragma once

#include <QDateTime>
#include <QObject>
#include <QProcess>
#include <QTimer>
#include <functional>

#include "cluster_access.h"

namespace fos1::kube {

struct ExecCredential {
    QString token;
    QByteArray certificate;  ///< PEM, with its key
    QByteArray key;
    QDateTime expires;  ///< invalid: unknown
};

/// `output` of a plugin that was run for `apiVersion`.
Result<ExecCredential> parseExecCredential(const QByteArray& output, const QString& apiVersion);

/// One run, limited to the command's patience and 1 MiB of output.
class ExecRunner : public QObject {
    Q_OBJECT
   public:
    using Done = std::function<void(const Result<ExecCredential>&)>;

    /// `done` is called exactly once, later, unless this object is deleted before.
    ExecRunner(const ExecCommand& command, Done done, QObject* parent = nullptr);
    ~ExecRunner() override;

   private:
    void finish(const Result<ExecCredential>& result);

    ExecCommand m_command;
    Done m_done;
    QByteArray m_complaint;  ///< the beginning of what it printed as errors
    QProcess* m_process;     ///< a child object, unless it outlives this object while it exits
    QTimer m_deadline;
};

}  // namespace fos1::kube
