// SPDX-License-Identifier: GPL-2.0-or-later
// Asks a zone's server for its serial and for the records of names. Must not know what should be there.
#pragma once

#include <map>
#include <vector>

#include "core/zone_table.h"
#include "model/trouble.h"
#include "update/dns_client.h"

namespace fos1::dns {

class ZoneReader final {
   public:
    /// `client` outlives the object.
    ZoneReader(DnsClient& client, ZoneSpec zone) : m_client(client), m_zone(std::move(zone)) {}

    /// `server`: for messages.
    void setServer(const QString& server) { m_server = server; }

    void readSerial(std::function<void(const ZoneResult<quint32>&)> done);
    /// Reads all of the names, several at a time. Not while another call is under way.
    void readNames(const std::vector<DnsName>& names, std::function<void(const ZoneResult<Knowledge>&)> done);

   private:
    void askMore();
    void take(const Question& question, const Result<Reply>& reply);
    [[nodiscard]] std::optional<Trouble> note(const Question& question, const Answer& answer);
    void end(const ZoneResult<Knowledge>& outcome);

    DnsClient& m_client;
    const ZoneSpec m_zone;
    QString m_server;

    // Of the call under way.
    std::function<void(const ZoneResult<Knowledge>&)> m_done;
    std::vector<Question> m_questions;
    std::size_t m_next = 0;
    std::size_t m_answered = 0;
    Knowledge m_found;
    int m_call = 0;  ///< answers to earlier calls are ignored
};

/// The types that are ours at such a name, beside TXT.
[[nodiscard]] std::vector<RecordType> typesAt(const DnsName& name, const ZoneSpec& zone);

}  // namespace fos1::dns
