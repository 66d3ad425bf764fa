// SPDX-License-Identifier: GPL-2.0-or-later
// A certification authority for tests, created with openssl(1) in a directory: server and client certificates with the
// validity that a test needs.
#pragma once

#include <QDateTime>
#include <QString>
#include <QStringList>

namespace fos1::fakes {

struct CertificateFiles {
    QString certificate;
    QString key;
};

/// By default from an hour ago until tomorrow.
struct Validity {
    QDateTime from = QDateTime::currentDateTimeUtc().addSecs(-3600);
    QDateTime until = QDateTime::currentDateTimeUtc().addDays(1);
};

class TestAuthority {
   public:
    /// Creates the authority's own certificate. `directory` exists and belongs to this object alone.
    explicit TestAuthority(const QString& directory);

    [[nodiscard]] QString caFile() const { return path(QStringLiteral("ca.crt")); }

    /// A certificate for 127.0.0.1 and localhost in the files NAME.crt and NAME.key; replaces their contents.
    CertificateFiles issueServer(const QString& name, const Validity& validity = {});
    /// A client certificate: `user` is the common name, `groups` are the organizations.
    CertificateFiles issueClient(const QString& user, const QStringList& groups = {}, const Validity& validity = {});

    /// Empty when everything was created, otherwise the error of openssl.
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
