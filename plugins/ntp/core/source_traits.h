// SPDX-License-Identifier: GPL-2.0-or-later
// What a line of chronyd's file of sources says that chronyd can be asked about again. Pure.
#pragma once

#include <QByteArray>
#include <QString>
#include <map>

namespace fos1::ntp {

struct SourceTraits {
    bool isPool = false;
    quint16 selectOptions = 0;  ///< of SelectOption
    bool operator==(const SourceTraits&) const = default;
};

/// By the name in the line (chrony.conf(5), "server", "pool", "peer").
[[nodiscard]] std::map<QString, SourceTraits> traitsIn(const QByteArray& sources);

/// The address, in chronyd's writing, of a source that somebody changed by a command, from a line of chronyd's log:
/// "Source 192.0.2.1 new maxdelay 0.100000". Empty for all other lines. chronyd has no other way to tell.
[[nodiscard]] QString changedSourceIn(const QString& logLine);

}  // namespace fos1::ntp
