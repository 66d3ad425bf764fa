// SPDX-License-Identifier: GPL-2.0-or-later
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <QTest>
#include <array>
#include <cstring>

#include "nft/change_reader.h"

using namespace fos1::firewall;

namespace {

/// A message that contains one text.
QByteArray message(int type, int attribute, const char* text, int family = NFPROTO_INET,
                   int subsystem = NFNL_SUBSYS_NFTABLES) {
    alignas(nlmsghdr) std::array<char, 512> buffer{};
    nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
    header->nlmsg_type = static_cast<quint16>(subsystem << 8 | type);
    auto* nf = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
    nf->nfgen_family = static_cast<quint8>(family);
    mnl_attr_put_strz(header, static_cast<quint16>(attribute), text);
    return {buffer.data(), static_cast<qsizetype>(header->nlmsg_len)};
}

QByteArray ours(int type) { return message(type, NFTA_TABLE_NAME, "fos1_ntp"); }
QByteArray end(const char* who) { return message(NFT_MSG_NEWGEN, NFTA_GEN_PROC_NAME, who, NFPROTO_UNSPEC); }

}  // namespace

class TestChangeReader : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void hearsOfOthers_data() {
        QTest::addColumn<QList<QByteArray>>("datagrams");
        QTest::addColumn<QList<bool>>("heard");
        using Datagrams = QList<QByteArray>;
        using Heard = QList<bool>;
        QTest::newRow("somebody else's element") << Datagrams{ours(NFT_MSG_DELSETELEM) + end("nft")} << Heard{true};
        QTest::newRow("each kind") << Datagrams{ours(NFT_MSG_DELTABLE) + end("a"), ours(NFT_MSG_NEWRULE) + end("a"),
                                                ours(NFT_MSG_DELCHAIN) + end("a"), ours(NFT_MSG_NEWSET) + end("a")}
                                   << Heard{true, true, true, true};
        QTest::newRow("our own") << Datagrams{ours(NFT_MSG_NEWSETELEM) + end("us")} << Heard{false};
        QTest::newRow("another table") << Datagrams{message(NFT_MSG_DELTABLE, NFTA_TABLE_NAME, "filter") + end("nft")}
                                       << Heard{false};
        QTest::newRow("one of another family")
            << Datagrams{message(NFT_MSG_DELTABLE, NFTA_TABLE_NAME, "fos1_ntp", NFPROTO_IPV4) + end("nft")}
            << Heard{false};
        QTest::newRow("conntrack") << Datagrams{message(1, 1, "fos1_ntp", NFPROTO_INET, NFNL_SUBSYS_CTNETLINK) +
                                                end("x")}
                                   << Heard{false};
        QTest::newRow("the end comes later")
            << Datagrams{ours(NFT_MSG_NEWRULE), end("nft"), end("nft")} << Heard{false, true, false};
        QTest::newRow("ours, then theirs in one datagram")
            << Datagrams{ours(NFT_MSG_NEWRULE) + end("us") + ours(NFT_MSG_DELRULE) + end("nft")} << Heard{true};
        QTest::newRow("a nameless end") << Datagrams{ours(NFT_MSG_NEWRULE) + message(NFT_MSG_NEWGEN, 99, "x")}
                                        << Heard{true};
        QByteArray huge = ours(NFT_MSG_NEWRULE);
        const quint32 length = 0x80000010;
        std::memcpy(huge.data(), &length, sizeof length);
        QTest::newRow("a length beyond all") << Datagrams{huge, end("nft")} << Heard{false, false};
        QTest::newRow("torn") << Datagrams{ours(NFT_MSG_NEWRULE).left(25), QByteArray("\1", 1), QByteArray(),
                                           end("nft")}
                              << Heard{false, false, false, false};
    }
    void hearsOfOthers() {
        QFETCH(const QList<QByteArray>, datagrams);
        ChangeReader reader("us");
        QList<bool> heard;
        for (const QByteArray& datagram : datagrams) heard.append(reader.receive(datagram));
        QTEST(heard, "heard");
    }

    void afterALossNothingHasBegun() {
        ChangeReader reader("us");
        QVERIFY(!reader.receive(ours(NFT_MSG_NEWRULE)));
        reader.lost();
        QVERIFY(!reader.receive(end("nft")));
    }
};

QTEST_GUILESS_MAIN(TestChangeReader)
#include "tst_change_reader.moc"
