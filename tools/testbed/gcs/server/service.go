package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// service stands before the fake and carries out what that leaves out.
type service struct {
	fake     *fakestorage.Server
	inner    http.Handler
	sessions sync.Map
	// Held by changes that look first; shared by those that the fake judges itself.
	changes sync.RWMutex
	// How many changes there were.
	count   atomic.Int64
	listing sync.Mutex
	known   listed
}

func newService(fake *fakestorage.Server) *service {
	return &service{fake: fake, inner: fake.HTTPHandler()}
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if bucket, isList := bucketOfList(r); isList {
		s.list(w, r, bucket)
		return
	}
	if r.Method != http.MethodGet {
		defer s.count.Add(1)
	}
	query := r.URL.Query()
	isUpload := strings.HasPrefix(r.URL.Path, "/upload/")
	switch {
	case isUpload && query.Has("upload_id"):
		s.serveSession(w, r, query.Get("upload_id"))
	case isUpload && query.Get("uploadType") == "resumable":
		s.beginSession(w, r)
	case isUpload:
		s.insert(w, r)
	case query.Has("ifGenerationMatch") && (r.Method == http.MethodDelete || r.Method == http.MethodPost):
		s.changeIfMatch(w, r, query)
	default:
		s.inner.ServeHTTP(w, r)
	}
}

// insert takes the whole body in before the change, so that a slow client holds up nobody.
func (s *service) insert(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.changes.RLock()
	defer s.changes.RUnlock()
	s.inner.ServeHTTP(w, r)
}

// changeIfMatch serves a deletion or a rewrite whose target must be of some generation; "0" stands for no object.
func (s *service) changeIfMatch(w http.ResponseWriter, r *http.Request, query url.Values) {
	s.changes.Lock()
	defer s.changes.Unlock()
	if s.generation(targetPath(r)) != query.Get("ifGenerationMatch") {
		fail(w, http.StatusPreconditionFailed, "At least one of the pre-conditions you specified did not hold.")
		return
	}
	s.inner.ServeHTTP(w, r)
}

// targetPath is the path of the object that a request changes.
func targetPath(r *http.Request) string {
	path := r.URL.EscapedPath()
	before, target, isRewrite := strings.Cut(path, "/rewriteTo/")
	if !isRewrite {
		return path
	}
	version := before[:strings.Index(before, "/b/")]
	return version + "/" + target
}

// generation asks the fake for the generation of an object; "0" when there is none.
func (s *service) generation(path string) string {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	answer := httptest.NewRecorder()
	s.inner.ServeHTTP(answer, request)
	var object struct {
		Generation string `json:"generation"`
	}
	if answer.Code != http.StatusOK || json.Unmarshal(answer.Body.Bytes(), &object) != nil {
		return "0"
	}
	return object.Generation
}

// fail answers with an error in the form of the JSON API.
func fail(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	body := map[string]any{"error": map[string]any{"code": status, "message": message}}
	_ = json.NewEncoder(w).Encode(body)
}
