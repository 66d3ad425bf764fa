// SPDX-License-Identifier: GPL-2.0-or-later
#include "test_authority.h"

#include <QFile>

#include "lab.h"

namespace fos1::fakes {

namespace {

/// The configuration for `openssl ca`, which, unlike `openssl x509`, can set the start of a certificate's validity.
QByteArray configuration(const QString& directory) {
    return "[ca]\ndefault_ca = test\n[test]\ndatabase = " + directory.toUtf8() +
           "/index.txt\nnew_certs_dir = " + directory.toUtf8() +
           "\nrand_serial = yes\nunique_subject = no\ndefault_md = sha256\npolicy = any\n"
           "[any]\ncommonName = supplied\norganizationName = optional\n"
           "[server]\nbasicConstraints = CA:false\nextendedKeyUsage = serverAuth\n"
           "subjectAltName = IP:127.0.0.1, DNS:localhost\n"
           "[client]\nbasicConstraints = CA:false\nextendedKeyUsage = clientAuth\n";
}

QString stamp(const QDateTime& time) { return time.toUTC().toString(QStringLiteral("yyyyMMddHHmmss'Z'")); }

}  // namespace

TestAuthority::TestAuthority(const QString& directory) : m_directory(directory) {
    lab::writeFile(path(QStringLiteral("index.txt")), {});
    lab::writeFile(path(QStringLiteral("ca.cnf")), configuration(directory));
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
             "/CN=authority of a test", "-days", "2", "-keyout", path(QStringLiteral("ca.key")), "-out", caFile()});
}

void TestAuthority::openssl(const QStringList& arguments) {
    const lab::CommandResult result = lab::run(QStringLiteral("openssl"), arguments);
    if (result.exitCode != 0) m_problem += QString::fromUtf8(result.errors);
}

CertificateFiles TestAuthority::issue(const QString& name, const QString& subject, const QString& extensions,
                                      const Validity& validity) {
    const CertificateFiles files{path(name + QStringLiteral(".crt")), path(name + QStringLiteral(".key"))};
    const QString request = path(name + QStringLiteral(".csr"));
    openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout",
             files.key, "-out", request});
    openssl({"ca", "-batch", "-notext", "-config", path(QStringLiteral("ca.cnf")), "-cert", caFile(), "-keyfile",
             path(QStringLiteral("ca.key")), "-extensions", extensions, "-startdate", stamp(validity.from), "-enddate",
             stamp(validity.until), "-in", request, "-out", files.certificate});
    return files;
}

CertificateFiles TestAuthority::issueServer(const QString& name, const Validity& validity) {
    return issue(name, QStringLiteral("/CN=kube-apiserver"), QStringLiteral("server"), validity);
}

CertificateFiles TestAuthority::issueClient(const QString& user, const QStringList& groups, const Validity& validity) {
    QString subject;
    for (const QString& group : groups) subject += QStringLiteral("/O=") + group;
    return issue(QString(user).replace(u':', u'-'), subject + QStringLiteral("/CN=") + user, QStringLiteral("client"),
                 validity);
}

}  // namespace fos1::fakes
