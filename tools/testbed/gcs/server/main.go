// A Google Cloud Storage for tests: fake-gcs-server, with what it leaves out and our clients rely on.
//
//   - Resumable sessions as the service has them: a query of their state does not end them, a chunk that broke off keeps
//     what arrived in multiples of 256 KiB, and an ended session repeats its answer.
//   - Listings in pages in which prefixes count, made without looking at all objects for each page.
//   - ifGenerationMatch for deletions and rewrites, judged and carried out in one step.
//
// Usage: gcs -port 4443 -bucket testbed
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

func main() {
	port := flag.Int("port", 0, "port on the loopback address")
	bucket := flag.String("bucket", "testbed", "bucket to make")
	root := flag.String("root", "", "folder for objects; in memory without it")
	flag.Parse()

	fake, err := fakestorage.NewServerWithOptions(fakestorage.Options{
		NoListener:  true,
		StorageRoot: *root,
	})
	if err != nil {
		log.Fatal(err)
	}
	fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: *bucket})
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().String())
	log.Fatal(http.Serve(listener, newService(fake)))
}
