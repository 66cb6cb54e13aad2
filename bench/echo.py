"""The measure of what grpc.aio can do here: a server that only echoes, in a process of its own."""

from __future__ import annotations

import asyncio

import grpc

METHOD = "/bench.Echo/Say"


async def serve() -> None:
    """Prints its port, then serves until it is killed."""

    async def say(request: bytes, _: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return request

    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(say)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("bench.Echo", {"Say": handler})])
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve())
