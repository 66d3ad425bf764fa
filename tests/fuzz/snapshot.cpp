// SPDX-License-Identifier: GPL-2.0-or-later
// The snapshot of a cluster on disk, as it is and with a correct checksum.
#include "kube/snapshot.h"

#include <QCryptographicHash>

#include "fuzz.h"

namespace fos1::fuzz {

namespace {

void check(const QByteArray& bytes) {
    const auto snapshot = crd::decodeSnapshot(bytes);
    if (!snapshot) return FUZZ_CLAIM(saysWhy(snapshot.error()));
    const auto again = crd::decodeSnapshot(crd::encodeSnapshot(*snapshot));
    FUZZ_CLAIM(again && again->server == snapshot->server && again->objects == snapshot->objects);
}

}  // namespace

void runOne(const QByteArray& input) {
    check(input);
    const qsizetype head = input.indexOf('\n') + 1;
    const QByteArray payload = input.mid(head);
    check("fos1-snapshot 1 " + QCryptographicHash::hash(payload, QCryptographicHash::Sha256).toHex() + '\n' + payload);
}

}  // namespace fos1::fuzz
