// SPDX-License-Identifier: MIT
// Topic time.sources/v1, key = name of the time service: the addresses of the NTP servers and peers that it uses now.
// Normative schema: contracts/schemas/time.sources.v1.json.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QStringList>

#include "fos1/cbor_reader.h"
#include "fos1/result.h"

namespace fos1::time {

struct SourcesState {
    static constexpr const char* kTopic = "time.sources/v1";
    static constexpr qsizetype kMostAddresses = 256;

    /// Numeric, in canonical text, without duplicates; IPv4 first, then by value. A name without an address yet and a
    /// reference clock have none.
    QStringList addresses;

    bool operator==(const SourcesState&) const = default;

    [[nodiscard]] QCborMap encode() const {
        return {{QStringLiteral("addresses"), QCborArray::fromStringList(addresses)}};
    }

    /// Unknown fields are ignored; a field of the wrong type and a list that is too long are errors with their path.
    static Result<SourcesState> decode(const QCborMap& map) {
        Errors errors;
        const CborReader reader(map, {}, &errors);
        SourcesState state;
        state.addresses = reader.texts(QStringLiteral("addresses"));
        if (state.addresses.size() > kMostAddresses)
            errors.push_back({ErrorCode::InvalidInput, QStringLiteral("must have at most %1 items").arg(kMostAddresses),
                              reader.path(QStringLiteral("addresses"))});
        if (!errors.empty()) return tl::unexpected<Error>(errors.front());
        return state;
    }
};

}  // namespace fos1::time
