// SPDX-License-Identifier: GPL-2.0-or-later
// libnftables, blocking: sends commands to the kernel and reads listings. Belongs to the thread that creates it. Must
// not know policies.
#pragma once

#include <QByteArray>
#include <memory>
#include <vector>

#include "fos1/result.h"
#include "nft/netfilter.h"
#include "nft/table_text.h"

struct nft_ctx;

namespace fos1::firewall {

class NftSession {
   public:
    /// Works in the network namespace of the calling thread.
    NftSession();
    ~NftSession();
    NftSession(const NftSession&) = delete;
    NftSession& operator=(const NftSession&) = delete;

    /// Runs all of `commands` or none, as one transaction. A check beforehand would reveal no more, and undoing it
    /// costs the kernel an RCU grace period. NotFound when a named object is missing; Refused without CAP_NET_ADMIN.
    /// The message is the kernel's.
    [[nodiscard]] tl::expected<void, Error> run(const QByteArray& commands);

    /// The counters of the table; NotFound when there is no table.
    [[nodiscard]] Result<Counters> counters();

    /// The admitted packets of these interfaces. Interfaces that the table never saw are omitted.
    [[nodiscard]] std::map<QString, Counter> admitted(const std::vector<QString>& interfaces);

    /// The JSON output of "list WHAT" (libnftables-json(5)).
    [[nodiscard]] Result<QByteArray> list(const QByteArray& what);

    /// The generation of the whole ruleset.
    [[nodiscard]] Result<quint32> generation() { return m_netfilter.generation(); }

    [[nodiscard]] tl::expected<void, Error> endRedirections(const std::set<net::IpAddress>& clients) {
        return m_netfilter.endRedirections(clients);
    }

   private:
    struct Deleter {
        void operator()(nft_ctx* context) const;
    };
    std::unique_ptr<nft_ctx, Deleter> m_context;
    Netfilter m_netfilter;
};

}  // namespace fos1::firewall
