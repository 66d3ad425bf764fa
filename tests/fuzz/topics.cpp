// SPDX-License-Identifier: GPL-2.0-or-later
// Values that plugins publish for each other: the contracts, from any publisher.
#include <QCborArray>
#include <QCborMap>

#include "fuzz.h"
#include "network/vlan.h"
#include "node/fact.h"
#include "node/identity.h"
#include "time/client_state.h"
#include "time/service_state.h"
#include "time/sources_state.h"
#include "time/sync_state.h"

namespace fos1::fuzz {

namespace {

/// Decoded fields equal the published ones, as far as both contain them. Only an unknown enum text may be decoded as a
/// known one.
void compare(const QCborValue& said, const QCborValue& read) {
    if (read.isInteger() && said.isInteger()) FUZZ_CLAIM(read == said);
    if (read.isMap() && said.isMap()) {
        const QCborMap members = read.toMap();
        const QCborMap given = said.toMap();
        for (const auto& item : members) compare(given.value(item.first), item.second);
    }
    if (!read.isArray() || !said.isArray()) return;
    FUZZ_CLAIM(read.toArray().size() == said.toArray().size());
    for (qsizetype i = 0; i < read.toArray().size(); ++i) {
        compare(said[i], read[i]);
        if (read[i].isString()) FUZZ_CLAIM(read[i] == said[i]);
    }
}

template <typename Payload>
void check(const QCborMap& map) {
    const auto payload = Payload::decode(map);
    if (!payload) return FUZZ_CLAIM(saysWhy(payload.error()) && !payload.error().path.isEmpty());
    const QCborMap encoded = payload->encode();
    compare(map, encoded);
    const auto again = Payload::decode(encoded);
    FUZZ_CLAIM(again && *again == *payload);
}

}  // namespace

void runOne(const QByteArray& input) {
    QCborParserError broken;
    const QCborMap map = QCborValue::fromCbor(input, &broken).toMap();
    // Values arrive through an interface or a frame, which are complete.
    if (broken.error != QCborError::NoError) return;
    check<time::SyncState>(map);
    check<time::ServiceState>(map);
    check<time::ClientState>(map);
    check<time::SourcesState>(map);
    check<network::VlanState>(map);
    check<node::Identity>(map);
    check<node::Fact>(map);
}

}  // namespace fos1::fuzz
