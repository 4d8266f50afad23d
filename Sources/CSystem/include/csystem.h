#ifndef ECHO_CSYSTEM_H
#define ECHO_CSYSTEM_H
#endif
