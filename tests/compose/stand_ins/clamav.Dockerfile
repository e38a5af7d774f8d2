FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends clamav-daemon && rm -rf /var/lib/apt/lists/* \
    && install -d /signatures \
    && echo 'Stand.In.Test:0:*:58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e44415244' >/signatures/test.ndb \
    && printf '%s\n' 'TCPSocket 3310' 'TCPAddr 0.0.0.0' 'DatabaseDirectory /signatures' 'Foreground yes' 'User root' >/etc/clamd.conf \
    && printf '#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/3310 && printf "zPING\\0" >&3 && read -r -d "" answer <&3; [ "$answer" = PONG ]\n' >/usr/local/bin/clamdcheck.sh \
    && chmod 755 /usr/local/bin/clamdcheck.sh
CMD ["clamd", "--config-file=/etc/clamd.conf"]
