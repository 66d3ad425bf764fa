// SPDX-License-Identifier: GPL-2.0-or-later
// What to show an API server now: reads rotated files at each use and asks a credential plugin when its last answer
// has expired or was refused.
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

    /// `done` is called exactly once, at once or later; not when this object is gone before.
    void get(Done done);

    /// The server said 401: what a plugin gave is not used again.
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
