// SPDX-License-Identifier: GPL-2.0-or-later
// How many client requests per second pass the firewall's table, compared with no table and with one rule per VLAN.
// Each table has a router and a client in network namespaces of its own. They alternate every millisecond, so that
// other load on the machine affects all equally. The figures are medians.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <algorithm>
#include <array>
#include <cstdio>

#include "isolation.h"
#include "lab.h"
#include "nft/nft_session.h"

using namespace fos1;
using namespace fos1::firewall;
using namespace std::chrono_literals;

namespace {

constexpr int kVlans = 4094;
constexpr int kClientsVlan = 10;  ///< the VLAN of the lab's client
constexpr int kBatch = 64;        ///< small enough that no buffer overflows before the other end reads it
constexpr int kBatches = 4;       ///< per turn
constexpr std::chrono::seconds kDuration{20};

enum class Redirect { Unknown, Nowhere, Somewhere };

FirewallPlan plan(int count, Redirect redirect, bool isLimited = false) {
    VlanStates all;
    for (int id = 1; id <= count; ++id) {
        time::ServiceState state;
        state.interface = QStringLiteral("lan.%1").arg(id);
        state.port = 123;
        state.accepting = id % 4 != 0 || id == kClientsVlan;
        state.clientsOnly = id % 3 != 0;
        state.redirect = redirect == Redirect::Somewhere && id % 10 == 1 && state.accepting;
        if (id % 2 == 1 || (isLimited && id == kClientsVlan)) state.rateLimit = time::ServedRate{62'500us, 4'000'000};
        all.emplace(QStringLiteral("vlan-%1").arg(id), state);
    }
    return planFirewall(all, {}).plan;
}

QByteArray ruleEach(int count) {
    QByteArray rules = "table inet each {\nchain input {\ntype filter hook input priority 0;\n";
    for (int id = count; id >= 1; --id)
        rules += "iifname \"lan." + QByteArray::number(id) + "\" udp dport 123 counter accept\n";
    return rules + "}\n}\n";
}

/// A router with a table, and a client.
class Path {
   public:
    Path(const char* name, const QByteArray& table) : m_name(name) {
        m_lab.inside("rt", [&] {
            if (!table.isEmpty())
                if (const auto done = NftSession().run(table); !done)
                    std::printf("%s: %s\n", m_name, qPrintable(done.error().text()));
            m_sink = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            const sockaddr_in any = address("0.0.0.0");
            if (::bind(m_sink, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) std::perror("bind");
        });
        m_lab.inside("cl", [&] {
            m_source = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            const sockaddr_in router = address("10.2.0.1");
            if (::connect(m_source, reinterpret_cast<const sockaddr*>(&router), sizeof router) != 0)
                std::perror("connect");
        });
    }
    ~Path() {
        ::close(m_sink);
        ::close(m_source);
    }
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

    void takeTurn() {
        std::array<char, 48> packet{0x23};
        int received = 0;
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < kBatches; ++i) {
            for (int k = 0; k < kBatch; ++k) (void)!::send(m_source, packet.data(), packet.size(), 0);
            while (::recv(m_sink, packet.data(), packet.size(), 0) > 0) ++received;
            packet[0] = 0x23;
        }
        m_turns.push_back(static_cast<double>(timer.nsecsElapsed()) / (kBatch * kBatches));
        if (received != kBatch * kBatches) ++m_torn;
    }

    /// The time of a packet from the client to the other end, in nanoseconds.
    [[nodiscard]] double median() const {
        std::vector<double> sorted = m_turns;
        std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
        return sorted[sorted.size() / 2];
    }
    void print(double withoutTable) const {
        const double cost = median();
        std::printf("%-58s %9.0f /s %+6.1f %%  %+6.0f ns per packet%s\n", m_name, 1e9 / cost,
                    100 * (withoutTable / cost - 1), cost - withoutTable,
                    m_torn > static_cast<int>(m_turns.size() / 100) ? "  PACKETS WERE LOST" : "");
    }

   private:
    static sockaddr_in address(const char* text) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(123);
        ::inet_pton(AF_INET, text, &address.sin_addr);
        return address;
    }

    const char* m_name;
    lab::Lab m_lab;
    int m_sink = -1;
    int m_source = -1;
    std::vector<double> m_turns;
    int m_torn = 0;
};

/// The table as the plugin leaves it in the kernel.
QByteArray ours(const FirewallPlan& plan) { return tableText(plan) + completionText(plan, {}); }

void benchPackets() {
    std::vector<std::unique_ptr<Path>> paths;
    const auto add = [&](const char* name, const QByteArray& table) {
        paths.push_back(std::make_unique<Path>(name, table));
    };
    add("no table at all", {});
    add("one rule per VLAN, 10 VLANs", ruleEach(10));
    add("our table, 10 VLANs", ours(plan(10, Redirect::Nowhere)));
    add("our table, 4094 VLANs", ours(plan(kVlans, Redirect::Nowhere)));
    add("  its client is limited", ours(plan(kVlans, Redirect::Nowhere, true)));
    add("connection tracking alone, as a stateful firewall has",
        "table inet tracking {\nchain in {\ntype filter hook input priority 0;\nct state invalid drop\n}\n}\n");
    add("our table, 10 VLANs, some redirected (with tracking)", ours(plan(10, Redirect::Somewhere)));
    add("our table, 4094 VLANs, some redirected", ours(plan(kVlans, Redirect::Somewhere)));
    QElapsedTimer timer;
    timer.start();
    for (std::size_t first = 0; !timer.hasExpired(std::chrono::milliseconds(kDuration).count()); ++first)
        for (std::size_t i = 0; i < paths.size(); ++i) paths[(first + i) % paths.size()]->takeTurn();
    for (const auto& path : paths) path->print(paths.front()->median());
}

}  // namespace

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        const QCoreApplication app(argc, argv);
        benchPackets();
        return 0;
    });
}
