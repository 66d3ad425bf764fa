// SPDX-License-Identifier: GPL-2.0-or-later
// PEM text to what Qt's TLS wants.
#pragma once

#include <QSslConfiguration>
#include <QSslError>

#include "cluster_access.h"
#include "credential_source.h"

namespace fos1::kube {

/// The authorities that a server's certificate is held against (`authority`: PEM, empty for the system's), and the
/// certificate that we show. Not cheap: parse once, use often.
Result<QSslConfiguration> tlsConfiguration(const ClusterAccess& access, const QByteArray& authority,
                                           const Authorization& authorization);

/// Whether nothing but the clock speaks against the certificate: not valid yet, or no more.
bool isOnlyAboutTime(const QList<QSslError>& errors);

/// All of them in one line, for people.
QString textOf(const QList<QSslError>& errors);

}  // namespace fos1::kube
