// SPDX-License-Identifier: GPL-2.0-or-later
// An entry of "zones" in host.yaml as the backend of its kind.
#pragma once

#include <map>

#include "dns_backend.h"
#include "fos1/cbor_reader.h"
#include "update/key_file.h"

namespace fos1::dns {

struct ZoneSurroundings {
    std::map<QString, KeySource> keys;
    QByteArray owner;
    QString stateDirectory;
};

/// An error names what is missing for the kind, or cannot be used.
[[nodiscard]] Result<std::unique_ptr<DnsBackend>> backendFrom(const CborReader& at, const ZoneSpec& spec,
                                                              const ZoneSurroundings& around);

}  // namespace fos1::dns
