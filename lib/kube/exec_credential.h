// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a credential plugin (kubernetes.io/docs/reference/config-api/client-authentication.v1) and reads what it prints.
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
    QDateTime expires;  ///< invalid: not said
};

/// `output` of a plugin that was asked for `apiVersion`.
Result<ExecCredential> parseExecCredential(const QByteArray& output, const QString& apiVersion);

/// One run at a time, at most 30 s long and 1 MiB wide.
class ExecRunner : public QObject {
    Q_OBJECT
   public:
    using Done = std::function<void(const Result<ExecCredential>&)>;

    /// `done` is called exactly once, later; not when this object is gone before.
    ExecRunner(const ExecCommand& command, Done done, QObject* parent = nullptr);
    ~ExecRunner() override;

   private:
    void finish(const Result<ExecCredential>& result);

    ExecCommand m_command;
    Done m_done;
    QProcess* m_process;  ///< a child, unless it outlives us on its way to its end
    QTimer m_deadline;
};

}  // namespace fos1::kube
