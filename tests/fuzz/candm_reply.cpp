// SPDX-License-Identifier: GPL-2.0-or-later
// Replies of chronyd on its command socket.
#include "candm/candm_codec.h"
#include "fuzz.h"

namespace fos1::fuzz {

using namespace ntp::candm;

namespace {

template <typename Read>
void readWith(Read read, const Reply& reply) {
    const auto value = read(reply);
    FUZZ_CLAIM(value || saysWhy(value.error()));
}

}  // namespace

void runOne(const QByteArray& input) {
    const auto sequence = peekSequence(input);
    if (!sequence) return FUZZ_CLAIM(!decode(input, Command::Tracking, 0));
    // The command in the reply stands for the command that was sent.
    const auto command = static_cast<Command>(qFromBigEndian<quint16>(input.constData() + 4));
    const auto reply = decode(input, command, *sequence);
    FUZZ_CLAIM(!decode(input, command, *sequence + 1));
    if (!reply) return FUZZ_CLAIM(saysWhy(reply.error()));
    FUZZ_CLAIM(reply->command == command && reply->body.size() < input.size());
    readWith(activity, *reply);
    readWith(tracking, *reply);
    readWith(sourceCount, *reply);
    readWith(sourceData, *reply);
    readWith(sourceStatistics, *reply);
    readWith(sourceName, *reply);
    const auto packet = ntpData(*reply);
    FUZZ_CLAIM(packet || saysWhy(packet.error()));
    FUZZ_CLAIM(!packet || packet->timestamps.has_value() == (reply->code == ReplyCode::NtpData2));
    FUZZ_CLAIM(!packet || ntp::failedTests(*packet).size() <= 10);
    const auto authentication = authData(*reply);
    FUZZ_CLAIM(authentication || saysWhy(authentication.error()));
    FUZZ_CLAIM(!authentication || ntp::algorithmText(*authentication).size() <= 20);
    readWith(selectData, *reply);
    const auto served = serverStatistics(*reply);
    FUZZ_CLAIM(served || saysWhy(served.error()));
    FUZZ_CLAIM(!served || served->timestamps.has_value() == (reply->code == ReplyCode::ServerStatistics4));
    readWith(accessAllowed, *reply);
    const auto clients = clientPage(*reply);
    FUZZ_CLAIM(clients || saysWhy(clients.error()));
    FUZZ_CLAIM(!clients || clients->clients.size() <= 8);
    if (clients)
        for (const auto& client : clients->clients) FUZZ_CLAIM(!client.ntpInterval || *client.ntpInterval != 127);
    // A page that begins where it was requested would be requested forever.
    FUZZ_CLAIM(!clients || !clients->next || *clients->next != 0);
}

}  // namespace fos1::fuzz
