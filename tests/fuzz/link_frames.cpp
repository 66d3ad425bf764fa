// SPDX-License-Identifier: GPL-2.0-or-later
// Data that a plugin's runner, which may be compromised, sends over its link: the stream of frames and their messages.
#include <sys/socket.h>
#include <unistd.h>

#include <QCborArray>

#include "fuzz.h"
#include "link/frame_socket.h"
#include "link/load_request.h"

namespace fos1::fuzz {

using namespace link;

namespace {

struct Heard {
    std::vector<QCborArray> messages;  ///< type and arguments
    QString end;
    bool isClosed = false;
    bool operator==(const Heard&) const = default;
};

QByteArray encodeAgain(const Message& message) {
    const QCborArray& a = message.arguments;
    switch (a.size()) {
        case 0: return encodeFrame(message.type, {});
        case 1: return encodeFrame(message.type, {a.at(0)});
        case 2: return encodeFrame(message.type, {a.at(0), a.at(1)});
        case 3: return encodeFrame(message.type, {a.at(0), a.at(1), a.at(2)});
        case 4: return encodeFrame(message.type, {a.at(0), a.at(1), a.at(2), a.at(3)});
        case 5: return encodeFrame(message.type, {a.at(0), a.at(1), a.at(2), a.at(3), a.at(4)});
        default: return encodeFrame(message.type, {a.at(0), a.at(1), a.at(2), a.at(3), a.at(4), a.at(5)});
    }
}

void check(const Message& message) {
    const QByteArray frame = encodeAgain(message);
    // A half float takes more space when it is written as a double, so a received message need not fit again.
    if (frame.isEmpty()) return;
    const auto again = decodeFrame(frame.mid(kLengthBytes));
    FUZZ_CLAIM(again && again->type == message.type);
    FUZZ_CLAIM(again->arguments.toCborValue().toCbor() == message.arguments.toCborValue().toCbor());
    if (message.type != MessageType::Load) return;
    const QCborMap load = LoadRequest::decode(message.map(0)).encode();
    FUZZ_CLAIM(LoadRequest::decode(load).encode() == load);
}

Heard hear(const std::vector<QByteArray>& stream) {
    int ends[2];
    FUZZ_CLAIM(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    Heard heard;
    FrameSocket socket(ends[0]);
    QObject::connect(&socket, &FrameSocket::received, &socket, [&](const Message& message) {
        FUZZ_CLAIM(!heard.isClosed);
        QCborArray all = message.arguments;
        all.prepend(static_cast<int>(message.type));
        heard.messages.push_back(all);
        check(message);
    });
    QObject::connect(&socket, &FrameSocket::closed, &socket, [&](const QString& why) {
        FUZZ_CLAIM(!heard.isClosed);
        heard.isClosed = true;
        heard.end = why;
    });
    for (const QByteArray& piece : stream) {
        if (heard.isClosed) break;
        FUZZ_CLAIM(::send(ends[1], piece.constData(), static_cast<std::size_t>(piece.size()), MSG_NOSIGNAL) ==
                   piece.size());
        socket.drain();
    }
    ::close(ends[1]);
    socket.drain();
    return heard;
}

}  // namespace

void runOne(const QByteArray& input) {
    if (input.isEmpty() || input.size() > 64 * 1024) return;
    const Heard whole = hear({input});
    FUZZ_CLAIM(whole == hear(pieces(input)));
    const auto payload = decodeFrame(input);
    FUZZ_CLAIM(payload || saysWhy(payload.error()));
    if (payload) check(*payload);
}

}  // namespace fos1::fuzz
