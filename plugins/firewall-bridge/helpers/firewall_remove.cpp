// SPDX-License-Identifier: GPL-2.0-or-later
// `fos1ctl firewall remove`: deletes the table that a stopped plugin or host left behind. Needs CAP_NET_ADMIN.
#include <nftables/libnftables.h>

#include <cstdio>
#include <memory>
#include <string>

#include "nft/table_text.h"

int main() {
    using namespace fos1::firewall;
    const std::unique_ptr<nft_ctx, decltype(&nft_ctx_free)> context(nft_ctx_new(NFT_CTX_DEFAULT), &nft_ctx_free);
    if (!context) {
        std::fprintf(stderr, "fos1ctl: libnftables is unavailable\n");
        return 1;
    }
    nft_ctx_buffer_error(context.get());
    if (nft_run_cmd_from_buffer(context.get(), removalText().constData()) != 0) {
        const std::string complaint = nft_ctx_get_error_buffer(context.get());
        std::fprintf(stderr, "fos1ctl: %s\n", complaint.substr(0, complaint.find('\n')).c_str());
        return 1;
    }
    std::printf("Removed the table %s. NTP is now subject only to other tables.\n", kTable);
    return 0;
}
