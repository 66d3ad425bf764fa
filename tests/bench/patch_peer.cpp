// SPDX-License-Identifier: GPL-2.0-or-later
// The peer of bench_cluster: the same PATCHes by nothing but libcurl, with a watch that reads their events, so that the
// limit of the API server itself is visible.
//   patch_peer SERVER CA-FILE TOKEN PATHS BODIES WATCH AT-ONCE
// PATHS and BODIES are files with a line for each request. Prints "SECONDS CPU-SECONDS CONNECTIONS FAILURES EVENTS".
#include <curl/curl.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace {

std::vector<std::string> linesOf(const char* file) {
    std::ifstream in(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::size_t dropBody(char* /*data*/, std::size_t size, std::size_t count, void* /*user*/) { return size * count; }

std::size_t countLines(char* data, std::size_t size, std::size_t count, void* events) {
    *static_cast<long*>(events) += std::count(data, data + size * count, '\n');
    return size * count;
}

double cpuSeconds() {
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Peer {
   public:
    explicit Peer(char** arguments)
        : m_server(arguments[1]), m_ca(arguments[2]), m_paths(linesOf(arguments[4])), m_bodies(linesOf(arguments[5])) {
        curl_multi_setopt(m_multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
        curl_multi_setopt(m_multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000L);
        const std::string authorization = std::string("Authorization: Bearer ") + arguments[3];
        m_headers = curl_slist_append(nullptr, authorization.c_str());
        m_headers = curl_slist_append(m_headers, "Content-Type: application/merge-patch+json");
        m_headers = curl_slist_append(m_headers, "Accept: application/json");
        CURL* watch = handle(arguments[6]);
        curl_easy_setopt(watch, CURLOPT_WRITEFUNCTION, countLines);
        curl_easy_setopt(watch, CURLOPT_WRITEDATA, &m_events);
        curl_multi_add_handle(m_multi, watch);
    }

    void run(int atOnce) {
        startNext(handle(""));
        bool isConnected = false;
        for (int running = 0; m_done < m_paths.size();) {
            curl_multi_perform(m_multi, &running);
            for (int left = 0; const CURLMsg* message = curl_multi_info_read(m_multi, &left);)
                if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
            // The others share the connection of the first.
            if (m_done > 0 && !std::exchange(isConnected, true))
                for (int i = 1; i < atOnce; ++i) startNext(handle(""));
            curl_multi_poll(m_multi, nullptr, 0, 1000, nullptr);
        }
    }

    void print(double seconds) const {
        std::printf("%.3f %.3f %ld %ld %ld\n", seconds, cpuSeconds(), m_connections, m_failures, m_events);
    }

   private:
    CURL* handle(const std::string& path) {
        CURL* made = curl_easy_init();
        if (!made) std::abort();
        curl_easy_setopt(made, CURLOPT_URL, (m_server + path).c_str());
        curl_easy_setopt(made, CURLOPT_CAINFO, m_ca.c_str());
        curl_easy_setopt(made, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
        curl_easy_setopt(made, CURLOPT_PIPEWAIT, 1L);
        curl_easy_setopt(made, CURLOPT_HTTPHEADER, m_headers);
        curl_easy_setopt(made, CURLOPT_WRITEFUNCTION, dropBody);
        return made;
    }

    void startNext(CURL* handle) {
        if (m_next == m_paths.size()) return curl_easy_cleanup(handle);
        curl_easy_setopt(handle, CURLOPT_URL, (m_server + m_paths[m_next]).c_str());
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, "PATCH");
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(m_bodies[m_next].size()));
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, m_bodies[m_next].c_str());
        ++m_next;
        curl_multi_add_handle(m_multi, handle);
    }

    void finish(CURL* handle, CURLcode code) {
        long status = 0;
        long connections = 0;
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &connections);
        m_connections += connections;
        constexpr long kOk = 200;
        if (code != CURLE_OK || status != kOk) ++m_failures;
        ++m_done;
        curl_multi_remove_handle(m_multi, handle);
        startNext(handle);
    }

    std::string m_server;
    std::string m_ca;
    std::vector<std::string> m_paths;
    std::vector<std::string> m_bodies;
    CURLM* m_multi = curl_multi_init();
    curl_slist* m_headers = nullptr;
    std::size_t m_next = 0;
    std::size_t m_done = 0;
    long m_connections = 0;
    long m_failures = 0;
    long m_events = 0;
};

}  // namespace

int main(int argc, char** argv) {
    constexpr int kArguments = 8;
    if (argc != kArguments) return 2;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    Peer peer(argv);
    const auto begun = std::chrono::steady_clock::now();
    peer.run(static_cast<int>(std::strtol(argv[7], nullptr, 10)));
    peer.print(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    return 0;
}
