// SPDX-License-Identifier: GPL-2.0-or-later
// How long input holds the event loop of a real host with 4,094 VLANs: the longest time that a small request on the
// control socket waits for its answer meanwhile. All is in namespaces of the benchmark's own.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QThread>
#include <atomic>
#include <cstring>

#include "host_under_test.h"
#include "isolation.h"
#include "measure.h"

using namespace fos1;
using namespace fos1::measure;
using fos1::system::HostUnderTest;

namespace {

constexpr int kVlans = 4094;
constexpr int kVlansInAFile = 1000;
constexpr const char* kBound = "at most 50";

/// Asks again and again, in a thread of its own.
class Asker {
   public:
    explicit Asker(const QString& path) : m_thread(QThread::create([this, path] { ask(path); })) { m_thread->start(); }
    ~Asker() {
        m_isDone = true;
        m_thread->wait();
        delete m_thread;
    }
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    /// The longest wait since the last call, in ms.
    double longest() { return static_cast<double>(m_longestNs.exchange(0)) / 1e6; }

   private:
    void ask(const QString& path) {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un to{};
        to.sun_family = AF_UNIX;
        std::strncpy(to.sun_path, path.toUtf8().constData(), sizeof to.sun_path - 1);
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) qFatal("no control socket");
        // A method that does not exist costs least.
        const QByteArray request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}\n";
        char answer[4096];
        while (!m_isDone) {
            QElapsedTimer timer;
            timer.start();
            if (::write(fd, request.constData(), static_cast<size_t>(request.size())) != request.size())
                qFatal("the host is gone");
            ssize_t length = 0;
            do length = ::read(fd, answer, sizeof answer);
            while (length > 0 && answer[length - 1] != '\n');
            if (length <= 0) qFatal("the host is gone");
            const qint64 waited = timer.nsecsElapsed();
            if (waited > m_longestNs) m_longestNs = waited;
            QThread::msleep(1);
        }
        ::close(fd);
    }

    std::atomic<bool> m_isDone = false;
    std::atomic<qint64> m_longestNs = 0;
    QThread* m_thread;
};

QByteArray vlans(int first, int last, const QByteArray& parent = "lan.10") {
    QByteArray text;
    for (int id = first; id <= last; ++id)
        text += "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-" + QByteArray::number(id) +
                "}\nspec: {id: " + QByteArray::number(id) + ", interface: " + parent + "}\n";
    return text;
}

QByteArray service(int limited) {
    QByteArray text =
        "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
        "  sources: {servers: [{address: 10.1.0.1, iburst: true}]}\n  server: {}\n  vlanConfig:\n";
    for (int id = 1; id <= kVlans; ++id)
        text += "    - {vlanRef: vlan-" + QByteArray::number(id) + ", enabled: true" +
                (id == limited ? ", ratelimit: {enabled: true, interval: 4, burst: 4}" : "") + "}\n";
    return text;
}

class Bench {
   public:
    explicit Bench(const lab::Lab& lab) : m_lab(lab), m_host(lab, QStringLiteral("host")) {
        m_host.config += "  vlan-inventory: {}\n  firewall-bridge: {}\n";
    }

    void run() {
        links();
        write("main.yaml", service(0));
        QElapsedTimer timer;
        timer.start();
        if (!m_host.start()) qFatal("%s", m_host.log().constData());
        m_asker.emplace(m_host.socket());
        for (int first = 1; first <= kVlans; first += kVlansInAFile)
            write("vlans-" + QByteArray::number(first) + ".yaml",
                  vlans(first, std::min(first + kVlansInAFile - 1, kVlans)));
        await([this] { return accepting() == kVlans; });
        line("4,094 VLANs in five manifests, until all are served", milliseconds(timer) / 1000, "s");
        told("  the longest turn");
        rest(3000);
        told("at rest, 3 s");
        write("main.yaml", service(7));
        await([this] { return isLimited(); });
        rest(2000);
        told("a rate limit of one of 4,094 entries of an NTPService");
        const QString wanted = m_host.path(QStringLiteral("wanted.yaml"));
        lab::writeFile(wanted, service(8));
        const auto diff = m_host.ctl({QStringLiteral("diff"), QStringLiteral("-f"), wanted});
        if (!diff.output.contains("vlan-8")) qFatal("%s", (diff.output.left(2000) + diff.errors).constData());
        told("its preview (fos1ctl diff)");
        write("vlans-1.yaml", "# again\n" + vlans(1, kVlansInAFile));
        rest(3000);
        told("a manifest of 1,000 VLANs written again, unchanged");
        write("vlans-1.yaml", vlans(1, kVlansInAFile, "wan"));
        await([this] { return accepting() == kVlans - kVlansInAFile; });
        rest(2000);
        told("all its VLANs on another link");
        write("vlans-1.yaml", vlans(1, kVlansInAFile));
        await([this] { return accepting() == kVlans; });
        rest(2000);
        told("and back");
        m_asker.reset();
        m_host.stop();
    }

   private:
    void links() const {
        const bool hasTags =
            m_lab.runIn("rt", "ip", {"link", "add", "link", "lan.10", "name", "probe", "type", "vlan", "id", "1"})
                .exitCode == 0;
        std::printf("links of type %s\n", hasTags ? "vlan" : "macvlan: this kernel has no 802.1Q");
        QByteArray commands = hasTags ? "link del probe\n" : "";
        for (int id = 1; id <= kVlans; ++id) {
            const QByteArray number = QByteArray::number(id);
            const QByteArray name = "lan.10." + number;
            commands += "link add link lan.10 name " + name + " up type " +
                        (hasTags ? "vlan id " + number : "macvlan") + "\naddr add 10." +
                        QByteArray::number(100 + id / 200) + '.' + QByteArray::number(id % 200) + ".1/24 dev " + name +
                        '\n';
        }
        if (!lab::writeFile(m_lab.path(QStringLiteral("links")), commands)) qFatal("links");
        const auto made = m_lab.runIn("rt", "ip", {"-batch", m_lab.path(QStringLiteral("links"))}, 300'000);
        if (made.exitCode != 0) qFatal("%s", made.errors.constData());
    }
    void write(const QByteArray& name, const QByteArray& text) const {
        if (!lab::writeFile(m_host.manifest(QString::fromUtf8(name)), text)) qFatal("%s", name.constData());
    }
    /// By another program, which does not hold the host for long: the table of the kernel.
    [[nodiscard]] QByteArray table() const {
        return m_lab.runIn("rt", "nft", {"list", "map", "inet", "fos1_ntp", "vlans"}, 60'000).output;
    }
    [[nodiscard]] int accepting() const {
        const QByteArray text = table();
        return static_cast<int>(text.count("\"lan.10.") - text.count("closed"));
    }
    [[nodiscard]] bool isLimited() const {
        return m_lab.runIn("rt", "nft", {"list", "table", "inet", "fos1_ntp"}, 60'000).output.contains("limit rate");
    }
    template <typename Fact>
    static void await(Fact fact) {
        QElapsedTimer timer;
        for (timer.start(); !fact();) {
            if (timer.elapsed() > 60'000) qFatal("it never came");
            QThread::msleep(200);
        }
    }
    static void rest(unsigned long ms) { QThread::msleep(ms); }
    void told(const char* what) { line(what, m_asker->longest(), "ms", kBound); }

    const lab::Lab& m_lab;
    HostUnderTest m_host;
    std::optional<Asker> m_asker;
};

}  // namespace

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        const QCoreApplication app(argc, argv);
        const lab::Lab lab;
        if (!lab.problem().isEmpty()) qFatal("%s", qPrintable(lab.problem()));
        const auto upstream = lab.startChronyd("up", "upstream", "local stratum 1\nallow\n");
        Bench(lab).run();
        return 0;
    });
}
