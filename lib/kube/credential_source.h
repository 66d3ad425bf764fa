// SPDX-License-Identifier: GPL-2.0-or-later
// The current credentials for an API server. Reads rotated files at each use, and runs a credential plugin when its
// last credential has expired or was refused.
#pragma once

#include <QDateTime>
#include <QObject>
#include <functional>
#include <memory>
#include <vector>

#include "cluster_access.h"
#include "exec_credential.h"

namespace fos1::kube {

struct Authorization {
    QByteArray header;       ///< value of Authorization; may be empty
    QByteArray certificate;  ///< PEM, with its key; may be empty
    QByteArray key;
};

class CredentialSource : public QObject {
    Q_OBJECT
   public:
    using Done = std::function<void(const Result<Authorization>&)>;

    explicit CredentialSource(Credentials credentials, QObject* parent = nullptr);
    ~CredentialSource() override;

    /// `done` is called exactly once, during the call or later, unless this object is deleted before.
    void get(Done done);

    /// The server replied 401: discards a plugin's credential.
    void invalidate() { m_cached.reset(); }

   private:
    [[nodiscard]] Result<Authorization> fixed() const;
    [[nodiscard]] Result<Authorization> with(const ExecCredential& credential) const;

    Credentials m_credentials;
    std::optional<ExecCredential> m_cached;
    std::unique_ptr<ExecRunner> m_runner;
    std::vector<Done> m_waiting;
};

}  // namespace fos1::kube
