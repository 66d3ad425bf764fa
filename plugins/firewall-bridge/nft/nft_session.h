// SPDX-License-Identifier: GPL-2.0-or-later
// libnftables, blocking: commands go to the kernel, listings come back. Belongs to the thread that makes it; knows no
// policy.
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

    /// All of `commands` or nothing: one transaction, so a trial before it would tell nothing more, and its undoing
    /// costs the kernel an RCU grace period. NotFound when something that they name is not there, Refused without the
    /// right to (CAP_NET_ADMIN); the message is the kernel's.
    [[nodiscard]] tl::expected<void, Error> run(const QByteArray& commands);

    /// What the table has counted; NotFound when there is none.
    [[nodiscard]] Result<Counters> counters();

    /// What it has admitted from these interfaces; those that it never saw are left out.
    [[nodiscard]] std::map<QString, Counter> admitted(const std::vector<QString>& interfaces);

    /// JSON of "list WHAT" (libnftables-json(5)).
    [[nodiscard]] Result<QByteArray> list(const QByteArray& what);

    /// Of the whole ruleset.
    [[nodiscard]] Result<quint32> generation() { return m_netfilter.generation(); }

   private:
    struct Deleter {
        void operator()(nft_ctx* context) const;
    };
    std::unique_ptr<nft_ctx, Deleter> m_context;
    Netfilter m_netfilter;
};

}  // namespace fos1::firewall
