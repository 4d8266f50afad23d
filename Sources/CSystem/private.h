#ifndef ECHO_CSYSTEM_PRIVATE_H
#define ECHO_CSYSTEM_PRIVATE_H

#include <sys/socket.h>

#include "csystem.h"

void csystem_address_from(const struct sockaddr_storage *storage, struct csystem_address *address);
socklen_t csystem_address_to(const struct csystem_address *address, struct sockaddr_storage *storage);

#endif
