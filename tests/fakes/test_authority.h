// SPDX-License-Identifier: GPL-2.0-or-later
// A certification authority for tests, made with openssl(1) in a directory: server and client certificates that are
// valid when a test wants them to be.
#pragma once

#include <QDateTime>
#include <QString>
#include <QStringList>

namespace fos1::fakes {

struct CertificateFiles {
    QString certificate;
    QString key;
};

/// From an hour ago to tomorrow, unless it is said otherwise.
struct Validity {
    QDateTime from = QDateTime::currentDateTimeUtc().addSecs(-3600);
    QDateTime until = QDateTime::currentDateTimeUtc().addDays(1);
};

class TestAuthority {
   public:
    /// Makes the authority's own certificate; `directory` exists and is this object's alone.
    explicit TestAuthority(const QString& directory);

    [[nodiscard]] QString caFile() const { return path(QStringLiteral("ca.crt")); }

    /// A certificate for 127.0.0.1 and localhost in the files NAME.crt and NAME.key, in place of what they hold.
    CertificateFiles issueServer(const QString& name, const Validity& validity = {});
    /// One for a client: `user` is the common name, `groups` the organisations.
    CertificateFiles issueClient(const QString& user, const QStringList& groups = {}, const Validity& validity = {});

    /// Empty when all that was asked for was made, else what openssl said.
    [[nodiscard]] QString problem() const { return m_problem; }

   private:
    [[nodiscard]] QString path(const QString& name) const { return m_directory + u'/' + name; }
    void openssl(const QStringList& arguments);
    CertificateFiles issue(const QString& name, const QString& subject, const QString& extensions,
                           const Validity& validity);

    QString m_directory;
    QString m_problem;
};

}  // namespace fos1::fakes
