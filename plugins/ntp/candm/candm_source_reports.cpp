// SPDX-License-Identifier: GPL-2.0-or-later
// The replies about one source in addition to the list: NTP_DATA, AUTH_DATA, SELECT_DATA, field by field as in candm.h.
#include "candm/candm_body.h"

namespace fos1::ntp::candm {

namespace {

constexpr quint16 kPacketTests = 0x3ff;
constexpr quint16 kInterleaved = 0x4000;
constexpr quint16 kAuthenticated = 0x8000;
constexpr quint32 kReserved = 0xffffffff;  // how chronyd fills fields that a version does not have

AuthenticationMode authenticationFromWire(quint16 mode) {
    switch (mode) {
        case 0: return AuthenticationMode::None;
        case 1: return AuthenticationMode::SymmetricKey;
        case 2: return AuthenticationMode::Nts;
        default: return AuthenticationMode::Unknown;
    }
}

/// ntp_core.c of chrony, tss_chars; 0 before the first valid packet.
Timestamping timestampingFromWire(quint8 letter) {
    switch (letter) {
        case 'D': return Timestamping::Daemon;
        case 'K': return Timestamping::Kernel;
        case 'H': return Timestamping::Hardware;
        default: return Timestamping::Unknown;
    }
}

SelectionState selectionFromWire(quint8 letter) {
    switch (letter) {
        case 'N': return SelectionState::NoSelect;
        case 'M': return SelectionState::MissingSamples;
        case 's': return SelectionState::Unsynchronised;
        case 'r': return SelectionState::BadStratum;
        case 'd': return SelectionState::LargeDistance;
        case '~': return SelectionState::Jittery;
        case 'w': return SelectionState::WaitsForSamples;
        case 'S': return SelectionState::Stale;
        case 'O': return SelectionState::Orphan;
        case 'T': return SelectionState::Untrusted;
        case 'x': return SelectionState::Falseticker;
        case 'W': return SelectionState::WaitsForSources;
        case 'P': return SelectionState::NotPreferred;
        case 'U': return SelectionState::WaitsForUpdate;
        case 'D': return SelectionState::Distant;
        case 'L': return SelectionState::Outlier;
        case '+': return SelectionState::Combined;
        case '*': return SelectionState::Selected;
        default: return SelectionState::Unknown;
    }
}

}  // namespace

Result<NtpData> ntpData(const Reply& reply) {
    // The newer reply has four more counts at its end.
    const bool isNewer = reply.code == ReplyCode::NtpData2;
    return bodyOf(reply, isNewer ? ReplyCode::NtpData2 : ReplyCode::NtpData).map([isNewer](WireReader in) {
        NtpData data;
        data.address = in.address();
        data.localAddress = in.address();
        data.port = in.u16();
        data.leap = leapFromWire(in.u8());
        data.version = in.u8();
        in.skip(1);  // mode
        data.stratum = in.u8();
        data.poll = in.i8();
        data.precision = in.i8();
        data.rootDelay = in.seconds();
        data.rootDispersion = in.seconds();
        data.refId = in.u32();
        data.referenceTime = in.timespec();
        in.skip(4);  // offset; the list of sources has it, with later corrections
        data.delay = in.seconds();
        data.dispersion = in.seconds();
        data.responseTime = in.seconds();
        data.jitterAsymmetry = in.real();
        const quint16 flags = in.u16();
        data.passedTests = flags & kPacketTests;
        data.interleaved = (flags & kInterleaved) != 0;
        data.authenticated = (flags & kAuthenticated) != 0;
        data.tx = timestampingFromWire(in.u8());
        data.rx = timestampingFromWire(in.u8());
        data.sent = in.u32();
        data.received = in.u32();
        data.validReplies = in.u32();
        if (const quint32 good = in.u32(); good != kReserved) data.goodReplies = good;
        if (isNewer) {
            SourceTimestamps& counts = data.timestamps.emplace();
            for (quint32* count : {&counts.kernelTx, &counts.kernelRx, &counts.hardwareTx, &counts.hardwareRx})
                *count = in.u32();
        }
        return data;
    });
}

Result<Authentication> authData(const Reply& reply) {
    return bodyOf(reply, ReplyCode::AuthData).map([](WireReader in) {
        Authentication data;
        data.mode = authenticationFromWire(in.u16());
        data.algorithm = in.u16();
        data.keyId = in.u32();
        data.keyBits = in.u16();
        data.keyExchangeTries = in.u16();
        data.sinceKeyExchange = in.age();
        data.cookies = in.u16();
        data.cookieBytes = in.u16();
        data.naks = in.u16();
        return data;
    });
}

Result<SelectData> selectData(const Reply& reply) {
    return bodyOf(reply, ReplyCode::SelectData).map([](WireReader in) {
        SelectData data;
        Selection& selection = data.selection;
        data.refId = in.u32();
        data.address = in.address();
        selection.state = selectionFromWire(in.u8());
        selection.authenticated = in.u8() != 0;
        selection.leap = leapFromWire(in.u8());
        in.skip(1);
        selection.configuredOptions = in.u16();
        selection.effectiveOptions = in.u16();
        selection.sinceSample = in.age();
        selection.score = in.real();
        selection.lowLimit = in.seconds();
        selection.highLimit = in.seconds();
        return data;
    });
}

}  // namespace fos1::ntp::candm
