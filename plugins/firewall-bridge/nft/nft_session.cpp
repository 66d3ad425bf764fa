// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/nft_session.h"

#include <nftables/libnftables.h>

#include <cerrno>

namespace fos1::firewall {

namespace {

/// libnftables reports "FILE:LINE: Error: Could not process rule: WORDS", followed by the position.
Error complaint(const char* buffer) {
    const QString all = QString::fromLocal8Bit(buffer);
    const qsizetype mark = all.indexOf(QStringLiteral("Error: "));
    QString words = all.mid(mark < 0 ? 0 : mark + 7).section(u'\n', 0, 0).trimmed();
    if (words.isEmpty()) words = QStringLiteral("libnftables failed without a message");
    const auto says = [&](int number) { return all.contains(qt_error_string(number)); };
    const ErrorCode code = says(ENOENT)                  ? ErrorCode::NotFound
                           : says(EPERM) || says(EACCES) ? ErrorCode::Refused
                                                         : ErrorCode::Io;
    return {code, words, {}};
}

/// Elements of the quick path exist before their first packet. A zero counter adds nothing.
void addUp(std::map<QString, Counter>& sum, const std::map<QString, Counter>& more) {
    for (const auto& [interface, counter] : more) {
        if (counter == Counter()) continue;
        Counter& total = sum[interface];
        total.packets += counter.packets;
        total.bytes += counter.bytes;
    }
}

}  // namespace

void NftSession::Deleter::operator()(nft_ctx* context) const { nft_ctx_free(context); }

NftSession::NftSession() : m_context(nft_ctx_new(NFT_CTX_DEFAULT)) {
    if (!m_context) return;
    nft_ctx_buffer_output(m_context.get());
    nft_ctx_buffer_error(m_context.get());
    nft_ctx_output_set_flags(m_context.get(), NFT_CTX_OUTPUT_JSON);
}

NftSession::~NftSession() = default;

tl::expected<void, Error> NftSession::run(const QByteArray& commands) {
    if (!m_context) return tl::unexpected(Error{ErrorCode::Io, QStringLiteral("libnftables has no context"), {}});
    if (nft_run_cmd_from_buffer(m_context.get(), commands.constData()) == 0) return {};
    return tl::unexpected(complaint(nft_ctx_get_error_buffer(m_context.get())));
}

Result<QByteArray> NftSession::list(const QByteArray& what) {
    if (const auto done = run("list " + what); !done) return tl::unexpected(done.error());
    return QByteArray(nft_ctx_get_output_buffer(m_context.get()));
}

Result<Counters> NftSession::counters() {
    Counters counters;
    for (const auto& [name, into] : {std::pair{"admitted", &counters.admitted}, std::pair{"refused", &counters.refused},
                                     std::pair{"diverted", &counters.diverted}}) {
        auto read = m_netfilter.counters(name);
        if (!read) return tl::unexpected(read.error());
        *into = std::move(*read);
    }
    const auto quick = m_netfilter.counters("quick");
    if (quick)
        addUp(counters.admitted, *quick);
    else if (quick.error().code != ErrorCode::NotFound)  // as in the table of an older version
        return tl::unexpected(quick.error());
    return counters;
}

std::map<QString, Counter> NftSession::admitted(const std::vector<QString>& interfaces) {
    constexpr std::size_t kOneByOne = 64;  // above this, reading the whole set is faster
    std::map<QString, Counter> sum;
    if (interfaces.empty()) return sum;
    if (interfaces.size() > kOneByOne) return counters().value_or(Counters()).admitted;
    for (const char* set : {"admitted", "quick"})
        for (const QString& interface : interfaces)
            if (const auto counter = m_netfilter.counter(set, interface)) addUp(sum, {{interface, *counter}});
    return sum;
}

}  // namespace fos1::firewall
