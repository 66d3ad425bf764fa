// SPDX-License-Identifier: GPL-2.0-or-later
// The messages between host and plugin runner: one CBOR array per frame, [type, arguments …]. Their shape is checked on
// arrival. Must not know what a plugin does with them.
#pragma once

#include <QByteArray>
#include <QCborArray>
#include <QCborMap>
#include <initializer_list>

#include "fos1/result.h"

namespace fos1::link {

/// Sent in Hello. Both sides accept exactly this version.
constexpr int kProtocolVersion = 1;

/// Listed among the IIDs of Loaded: this runner knows Validate and Preview. An older runner closes its link on a
/// message that it does not know, so the host does not send it these two.
constexpr const char* kAnswersQuestions = "io.fos1.link.Questions/1";

/// A frame is a u32 length (big-endian), followed by that many bytes of CBOR.
constexpr qsizetype kMaxFrameBytes = 1 << 20;
constexpr qsizetype kLengthBytes = 4;

/// Arguments use the letters of the table in message.cpp: i integer, s text, m map, a array, v any value.
enum class MessageType : int {
    Unknown = 0,
    // From the runner.
    Hello = 1,         ///< i protocol version, i SDK major, i SDK minor
    Loaded = 2,        ///< s error (empty: it is loaded), a IIDs that plugin and runner offer, a remarks on the sandbox
    Started = 3,       ///< s error (empty: it is started)
    Returned = 4,      ///< i microseconds: the oldest outstanding call of those below has returned
    Threw = 5,         ///< s name of the call, s what was thrown
    Pong = 6,          ///< i number of the Ping, i publishes since the last Pong
    Publish = 7,       ///< s topic, s key, m value, i TTL in ms
    SetMetric = 8,     ///< i metric, m labels, i value
    RemoveMetric = 9,  ///< i metric, m labels
    Complete = 10,     ///< i ticket, i outcome, i retry after ms, s message
    Event = 11,        ///< m event
    LeftThreads = 12,  ///< a names of threads that still run after stop()
    Answer = 13,       ///< i number of the question, m the plugin's answer
    UselessGrants = 14,  ///< a permissions without effect, with their reasons; precedes Loaded
    // Requests of the runner, each answered by a Reply. The first argument is the request's number.
    Retract = 32,            ///< i, s topic, s key, s reason
    Subscribe = 33,          ///< i, i subscription, s topic
    Unsubscribe = 34,        ///< i, i subscription
    SetCondition = 35,       ///< i, m object, m condition
    RemoveCondition = 36,    ///< i, m object, s type
    SetFields = 37,          ///< i, m object, m fields
    DeclareMetric = 38,      ///< i, s name, i type, s help, s label names, i decimals
    ApplySpecs = 39,         ///< i, m transaction
    SubscribeStatus = 40,    ///< i, i subscription
    UnsubscribeStatus = 41,  ///< i, i subscription
    AskKinds = 42,           ///< i
    AskPending = 43,         ///< i, s apiVersion, s kind
    SubscribeEvents = 44,    ///< i, i subscription
    UnsubscribeEvents = 45,  ///< i, i subscription
    // From the host.
    Load = 64,          ///< m what to load and how to confine it
    Ping = 65,          ///< i number
    Reply = 66,         ///< i number of the request, v answer
    SnapshotPart = 67,  ///< a objects
    // Calls: each is answered by one Returned.
    Start = 80,
    Reconcile = 81,     ///< i ticket; the preceding parts are the snapshot
    Stop = 82,          ///< i ticket
    State = 83,         ///< i subscription, s topic, s key, i presence, m value, m meta
    ObjectStatus = 84,  ///< i subscription, m object, m status
    WriteObject = 85,   ///< m object, i ticket
    EraseObject = 86,   ///< m object, i ticket
    Happened = 87,      ///< i subscription, m event
    Validate = 88,      ///< i question, m object; the Answer precedes its Returned
    Preview = 89,       ///< i question; the preceding parts are the snapshot, the Answer precedes its Returned
    Page = 90,          ///< i question, s name, s argument; the Answer may follow its Returned
    MergeObject = 91,   ///< m change, i ticket
};

[[nodiscard]] constexpr bool isCall(MessageType type) { return type >= MessageType::Start; }
[[nodiscard]] constexpr bool isRequest(MessageType type) {
    return type >= MessageType::Retract && type < MessageType::Load;
}

struct Message {
    MessageType type = MessageType::Unknown;
    QCborArray arguments;

    [[nodiscard]] qint64 integer(qsizetype i) const { return arguments.at(i).toInteger(); }
    [[nodiscard]] QString text(qsizetype i) const { return arguments.at(i).toString(); }
    [[nodiscard]] QCborMap map(qsizetype i) const { return arguments.at(i).toMap(); }
};

/// The whole frame, including its length; empty when it exceeds kMaxFrameBytes.
QByteArray encodeFrame(MessageType type, std::initializer_list<QCborValue> arguments);

/// Decodes a frame without its length. The error names what is wrong with it.
Result<Message> decodeFrame(const QByteArray& payload);

}  // namespace fos1::link
