// SPDX-License-Identifier: GPL-2.0-or-later
// Converts PEM text to Qt's TLS types.
#pragma once

#include <QSslConfiguration>
#include <QSslError>

#include "cluster_access.h"
#include "credential_source.h"

namespace fos1::kube {

/// The authorities that verify the server's certificate (`authority`: PEM, empty for the system's), and our own
/// certificate. Expensive: parse once, use often.
Result<QSslConfiguration> tlsConfiguration(const ClusterAccess& access, const QByteArray& authority,
                                           const Authorization& authorization);

/// Whether the certificate's only fault is its validity period: expired or not yet valid.
bool isOnlyAboutTime(const QList<QSslError>& errors);

/// All errors in one line, for people.
QString textOf(const QList<QSslError>& errors);

}  // namespace fos1::kube
